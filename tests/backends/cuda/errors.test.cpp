// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is left when the device fails: at any allocation, copy or kernel.
#include "support/catch.hpp"

#include "backends/cuda/bodies.hpp"
#include "backends/cuda/models.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/backends/cuda/graphs.hpp>
#include <blue/models/to.hpp>
#include <blue/train/fit.hpp>

using namespace blue;
using namespace blue_test;

namespace {

struct Failure : Error {
    using Error::Error;
};

/// Fails after some calls, for good or once.
struct FailingExecutor : HostExecutor {
    static constexpr long never = 1L << 40;
    static inline long calls_left = never;
    static inline bool once = false;

    static void call(const char* what) {
        const long left = calls_left--;
        if (left == 0 || (left < 0 && !once)) throw Failure("no more ", what);
    }
    static void* allocate(std::size_t bytes) {
        call("memory");
        return HostExecutor::allocate(bytes);
    }
    static void copy(void* to, const void* from, std::size_t bytes) {
        call("copies");
        HostExecutor::copy(to, from, bytes);
    }
    static void copy_to_host(void* to, const void* from, std::size_t bytes) {
        call("copies");
        HostExecutor::copy(to, from, bytes);
    }
    static void copy_from_host(void* to, const void* from, std::size_t bytes) {
        call("copies");
        HostExecutor::copy(to, from, bytes);
    }
    static void fill_zero(void* data, std::size_t bytes) {
        call("kernels");
        HostExecutor::fill_zero(data, bytes);
    }
    template <class Body>
    static void for_each(Index n, const Body& body) {
        call("kernels");
        HostExecutor::for_each(n, body);
    }
    template <int Lanes, class Body>
    static void reduce(Index groups, const Body& body) {
        call("kernels");
        HostExecutor::template reduce<Lanes>(groups, body);
    }
    template <class Body>
    static void teams(Index groups, const Body& body) {
        call("kernels");
        HostExecutor::teams(groups, body);
    }
    template <class T, class Factor>
    static void gemm(const cuda::GemmArgs<T, Factor>& g) {
        call("products");
        HostExecutor::gemm(g);
    }

    static void* allocate_pinned(std::size_t bytes) {
        call("pinned memory");
        return HostExecutor::allocate_pinned(bytes);
    }
    struct Event : HostExecutor::Event {
        Event() { call("events"); }
    };
    static void copy_beside(void* to, void* pinned, std::size_t bytes, const Event& after,
                            Event& copied) {
        call("copies");
        HostExecutor::copy_beside(to, pinned, bytes, after, copied);
    }
    static void mark(Event& event) {
        call("events");
        HostExecutor::mark(event);
    }
    static void follow(Event& event) {
        call("events");
        HostExecutor::follow(event);
    }
    static void wait(Event& event) {
        call("events");
        HostExecutor::wait(event);
    }

    class Graph : public HostExecutor::Graph {
    public:
        Graph() { call("graphs"); }
        template <class Work>
        void add(const Work& work) {
            call("nodes");
            HostExecutor::Graph::add(work);
        }
        template <class Work>
        void update(std::size_t node, const Work& work) {
            call("arguments");
            HostExecutor::Graph::update(node, work);
        }
        void finish() { call("graphs"); }
        void launch() const {
            call("launches");
            HostExecutor::Graph::launch();
        }
    };
};
using Failing = Cuda<double, FailingExecutor>;

template <class B>
using Net = Sequential<Linear<8, 5, MeanFieldNormal, MeanFieldNormal, B>, ReLU,
                       Linear<5, 4, MeanFieldNormal, MeanFieldNormal, B>>;

/// Lets the n-th call fail for n = 0, 1, ... until nothing is left that could. How many failed.
template <class Run>
long fail_everywhere(Run run) {
    for (long n = 0;; ++n) {
        FailingExecutor::calls_left = n;
        bool failed = false;
        try {
            run();
        } catch (const Failure&) {
            failed = true;
        }
        FailingExecutor::calls_left = FailingExecutor::never;
        if (!failed) return n;
    }
}

}  // namespace

TEST_CASE("a device that fails leaves the model on the host, and no memory behind", "[cuda]") {
    Net<Cpu<double>> net{Seed{3}};
    Tape<Cpu<double>> tape;
    const auto before = step(net, tape, Objective::elbo, 0, true);
    const long failures = fail_everywhere([&] {
        CHECK(FailingExecutor::blocks() == 0);
        const Net<Cpu<double>>& host = net;
        auto moved = to<Failing>(host);
        auto optimizer = make_optimizer(moved, Adam{});
        Tape<Failing> on_device;
        step(moved, on_device, Objective::elbo, 0, true);
        optimizer.step(moved, on_device);
        const auto back = to<Net<Cpu<double>>>(moved);
    });
    CHECK(failures > 80);
    CHECK(FailingExecutor::blocks() == 0);
    CHECK(step(net, tape, Objective::elbo, 0, true) == before);
}

TEST_CASE("a pass that fails leaves the model on the device and a tape that can go on", "[cuda]") {
    auto net = make<Net<Failing>>(Seed{3});
    Tape<Failing> tape;
    const auto expected = [&] {
        Tape<Failing> fresh;
        return step(net, fresh, Objective::elbo, 0, true);
    }();
    const long failures = fail_everywhere([&] { step(net, tape, Objective::elbo, 0, true); });
    CHECK(failures > 50);
    CHECK(step(net, tape, Objective::elbo, 0, true) == expected);
}

namespace {

using Collecting = cuda::Graphs<FailingExecutor>;

/// What a network does on the host when the device has trained it, with batches that are copied
/// while it computes.
template <class B>
std::vector<double> trained(const Net<Cpu<double>>& host) {
    constexpr Index examples = 40;
    Dataset<std::int32_t> data{Array<float>({examples, 8}, numbers<float>(examples * 8)),
                               Array<std::int32_t>({examples})};
    for (Index i = 0; i < examples; ++i) data.targets[i] = static_cast<std::int32_t>(i % 4);
    auto moved = to<B>(host);
    fit(moved, Elbo{Categorical{}}, data,
        {.epochs = 1, .batch_size = 8, .resident_bytes = 0, .progress = Progress::none}, Adam{});
    auto back = to<Net<Cpu<double>>>(moved);
    Tape<Cpu<double>> tape;
    return step(back, tape, Objective::elbo, 0, true);
}

/// Lets each call of a training fail, for good or once. A training that ends all the same gives
/// equal numbers. Returns how many did not end.
template <class B>
long fail_in_training(bool once) {
    Net<Cpu<double>> net{Seed{3}};
    Tape<Cpu<double>> tape;
    const auto before = step(net, tape, Objective::elbo, 0, true);
    FailingExecutor::calls_left = FailingExecutor::never;
    const auto expected = trained<B>(net);
    const long calls = FailingExecutor::never - FailingExecutor::calls_left;
    FailingExecutor::once = once;
    long failures = 0;
    bool equal = true;
    for (long n = 0; n < calls; ++n) {
        FailingExecutor::calls_left = n;
        try {
            equal = equal && trained<B>(net) == expected;
        } catch (const Failure&) {
            ++failures;
        }
        FailingExecutor::calls_left = FailingExecutor::never;
        try {
            Collecting::submit();  // of a failure that nobody was told
        } catch (const Failure&) {
        }
        REQUIRE(FailingExecutor::blocks() == 0);
        REQUIRE(FailingExecutor::pinned_blocks() == 0);
    }
    CHECK(equal);
    CHECK(step(net, tape, Objective::elbo, 0, true) == before);
    CHECK(trained<B>(net) == expected);
    FailingExecutor::once = false;
    CHECK(calls > 300);
    return calls - failures;
}

}  // namespace

TEST_CASE("a training that fails anywhere leaves the model on the host", "[cuda]") {
    CHECK(fail_in_training<Failing>(false) == 0);
    CHECK(fail_in_training<Failing>(true) == 0);
}

TEST_CASE("a training with graphs that fails anywhere does so, too", "[cuda]") {
    using B = Cuda<double, Collecting>;
    const Index launched = Collecting::counts().launched;
    fail_in_training<B>(false);
    fail_in_training<B>(true);
    CHECK(Collecting::counts().launched > launched);
}

namespace {

/// Work that is a graph when it comes again: `kernels` of them, whose arguments change.
constexpr Index kernels = 10;
void add_work(double* memory, Index zeros, double value) {
    Collecting::fill_zero(memory, static_cast<std::size_t>(zeros) * sizeof(double));
    for (Index i = 0; i < kernels; ++i)
        Collecting::for_each(1, cuda::Assign<double>{memory + i, value + static_cast<double>(i)});
    Collecting::submit();
}

}  // namespace

TEST_CASE("work is done without a graph that cannot be made or changed", "[cuda]") {
    const Memory<FailingExecutor, double> memory(1000);
    const auto is_done = [&](double value) {
        const auto now = memory.host();
        for (Index i = 0; i < kernels; ++i)
            if (now[static_cast<std::size_t>(i)] != value + static_cast<double>(i)) return false;
        return true;
    };
    FailingExecutor::once = true;
    long failures = 0, n = 0;
    for (bool failed = true; failed; ++n) {
        // Other zeros each time: what was refused once is not tried again.
        const Index zeros = kernels + n;
        bool told = false;
        FailingExecutor::calls_left = n;
        for (double value : {1.0, 2.0, 3.0}) try {
                add_work(memory.data, zeros, value);
            } catch (const Failure&) {
                told = true;
            }
        failed = FailingExecutor::calls_left < 0;
        failures += told;
        FailingExecutor::calls_left = FailingExecutor::never;
        if (!told) CHECK(is_done(3));
        add_work(memory.data, zeros, 4);
        CHECK(is_done(4));
    }
    FailingExecutor::once = false;
    // Started one by one, then two launches. Without effect: the graph, its nodes, its end, new
    // arguments; and the last time nothing fails.
    CHECK(failures == kernels + 1 + 2);
    CHECK(n == failures + 1 + (kernels + 1) + 1 + kernels + 1);
}
