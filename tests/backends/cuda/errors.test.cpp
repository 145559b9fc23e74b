// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is left when the device fails: at any allocation, copy or kernel.
#include "support/catch.hpp"

#include "backends/cuda/models.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/models/to.hpp>

using namespace blue;
using namespace blue_test;

namespace {

struct Failure : Error {
    using Error::Error;
};

/// Fails after some calls.
struct FailingExecutor : HostExecutor {
    static constexpr long never = 1L << 40;
    static inline long calls_left = never;

    static void call(const char* what) {
        if (calls_left-- <= 0) throw Failure("no more ", what);
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
    template <class T>
    static void gemm(const cuda::GemmArgs<T>& g) {
        call("products");
        HostExecutor::gemm(g);
    }
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
