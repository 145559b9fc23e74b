// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Collected work and graphs, with graphs that run on the host: numbers are those without them.
#include "support/catch.hpp"

#include "backends/cuda/networks.hpp"
#include "backends/cuda/unread_steps.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/backends/cuda/graphs.hpp>
#include <blue/distributions/low_rank_normal.hpp>
#include <blue/distributions/matrix_normal.hpp>
#include <blue/train/fit.hpp>

#include <thread>
#include <vector>

using namespace blue;
using namespace blue_test;

namespace {

using Collecting = cuda::Graphs<HostExecutor>;
using Replayed = Cuda<double, Collecting>;
static_assert(Backend<Replayed>);

/// What has been counted since this object was made.
struct Counter {
    cuda::GraphCounts before = Collecting::counts();
    cuda::GraphCounts operator()() const {
        const cuda::GraphCounts now = Collecting::counts();
        return {now.work - before.work, now.alone - before.alone, now.made - before.made,
                now.launched - before.launched, now.updated - before.updated};
    }
};

/// Weights that are drawn as a whole.
template <class B>
using Structured = Sequential<Linear<8, 30, MatrixNormal, MeanFieldNormal, B>, ReLU,
                              Linear<30, 4, LowRankNormal<2>, MeanFieldNormal, B>>;

constexpr auto six = [](int) { return Index{6}; };
constexpr auto own = [](int step) { return step; };
constexpr auto equal = [](int) { return 0; };

}  // namespace

TEST_CASE("cuda graphs: training gives the same bits", "[cuda]") {
    for (Objective objective : all_objectives) {
        const Counter counter;
        CHECK(trajectory<Replayed>(objective) == trajectory<Emulated<double>>(objective));
        const auto counts = counter();
        CHECK(counts.launched > 0);
        CHECK(counts.alone < counts.work);
    }
}

TEST_CASE("cuda graphs: a step that repeats is a few launches", "[cuda]") {
    static Counter counter;
    const auto counted = [](auto rule, auto pass) {
        train_unread<Replayed>(rule, 10, six, pass, [](int step) {
            Collecting::submit();
            if (step == 4) counter = {};
            if (step == 9) counter.before = counter();
        });
        return counter.before;
    };
    const Index steps = 5;
    const auto counts = counted(Adam{}, own);
    CHECK(counts.made == 0);
    CHECK(counts.alone == 0);
    CHECK(counts.launched == steps);
    CHECK(counts.work == 49 * steps);
    // What changes with a step: the key of four variables, which four kernels of each know, and the
    // numbers of Adam. Padding may change in others, too.
    CHECK(counts.updated >= (4 * 4 + 1) * steps);
    CHECK(counts.updated <= 24 * steps);
    // Equal steps: nothing but padding, if anything.
    CHECK(counted(SGD{}, equal).updated <= 5 * steps);
}

TEST_CASE("cuda graphs: steps that read nothing", "[cuda]") {
    const Adam adam{.learning_rate = 1e-2};
    CHECK(train_unread<Replayed>(adam, 8, six, own) ==
          train_unread<Emulated<double>>(adam, 8, six, own));
}

TEST_CASE("cuda graphs: batches of several sizes", "[cuda]") {
    const Adam adam{.learning_rate = 1e-2};
    const auto last_is_small = [](int step) { return Index{step % 3 == 2 ? 4 : 6}; };
    const Counter counter;
    const auto given = train_unread<Replayed>(adam, 12, last_is_small, own);
    CHECK(given == train_unread<Emulated<double>>(adam, 12, last_is_small, own));
    const auto growing = [](int step) { return Index{step % 6 + 1}; };
    CHECK(train_unread<Replayed>(adam, 20, growing, own) ==
          train_unread<Emulated<double>>(adam, 20, growing, own));
    CHECK(counter().launched > 10);
}

TEST_CASE("cuda graphs: networks whose operations wait for the device", "[cuda]") {
    // The embedding reads ids, batch normalisation writes buffers, fresh draws are many kernels.
    CHECK(train_network<Encoder<Replayed>, shape<5>, true>() ==
          train_network<Encoder<Emulated<double>>, shape<5>, true>());
    CHECK(train_network<LeNet<Replayed>, shape<1, 12, 12>>(2) ==
          train_network<LeNet<Emulated<double>>, shape<1, 12, 12>>(2));
    CHECK(train_network<Fresh<Replayed>, shape<6, 4>>() ==
          train_network<Fresh<Emulated<double>>, shape<6, 4>>());
}

TEST_CASE("cuda graphs: joint distributions", "[cuda]") {
    CHECK(train_network<Structured<Replayed>, shape<8>>() ==
          train_network<Structured<Emulated<double>>, shape<8>>());
}

TEST_CASE("cuda graphs: fit, evaluate and predict", "[cuda]") {
    const auto run_fit = []<class B>(B) {
        SmallMlp<B> net{Seed{3}};
        Dataset<std::int32_t> data{Array<float>({60, 8}, numbers<float>(60 * 8)),
                                   Array<std::int32_t>({60})};
        for (Index i = 0; i < 60; ++i) data.targets[i] = data.inputs[i * 8] > 0;
        FitOptions options{.epochs = 4, .batch_size = 16, .samples = 3, .patience = 4};
        options.progress = Progress::none;
        const auto report = fit(net, Elbo{Categorical{}}, data, &data, options);
        const auto prediction = predict(net, Categorical{}, data.inputs, {.samples = 5});
        std::vector<double> result{report.epochs.back().loss, report.epochs.back().divergence,
                                   report.epochs.back().validation_loss};
        result.insert(result.end(), prediction.probabilities.begin(),
                      prediction.probabilities.end());
        return result;
    };
    const Counter counter;
    CHECK(run_fit(Replayed{}) == run_fit(Emulated<double>{}));
    CHECK(counter().launched >= 8);  // of 16 steps, those after the first ones
}

TEST_CASE("cuda graphs: an event is behind what was collected before it", "[cuda]") {
    Buffer<Replayed> x(1);
    HostExecutor::Event event;
    for (auto* function : {&HostExecutor::mark, &HostExecutor::follow}) {
        const long before = HostExecutor::launches();
        Collecting::for_each(1, cuda::Scale<double>{x.data(), 2});
        CHECK(HostExecutor::launches() == before);
        function(event);
        CHECK(HostExecutor::launches() == before + 1);
    }
}

TEST_CASE("cuda graphs: without a graph work is started as without this executor", "[cuda]") {
    const SGD sgd{.learning_rate = 1e-6};
    const auto five = [](int) { return Index{5}; };  // with this rule not known yet
    HostExecutor::Graph::left = 0;
    const Counter counter;
    const auto given = train_unread<Replayed>(sgd, 6, five, own);
    HostExecutor::Graph::left = 1 << 30;
    CHECK(given == train_unread<Emulated<double>>(sgd, 6, five, own));
    CHECK(counter().launched == 0);
    CHECK(counter().alone == counter().work);
}

TEST_CASE("cuda graphs: what was not used for longest is forgotten", "[cuda]") {
    Buffer<Emulated<double>> numbers(100);
    const auto launched = [&](Index lists, int rounds) {
        const Counter counter;
        for (int round = 0; round < rounds; ++round)
            for (Index size = 1; size <= lists; ++size) {
                for (int i = 0; i < 8; ++i)
                    Collecting::fill_zero(numbers.data(), static_cast<std::size_t>(8 * size));
                Collecting::submit();
            }
        return counter().launched;
    };
    CHECK(launched(cuda::WorkQueue<HostExecutor>::most, 4) == 3 * 32);
    CHECK(launched(50, 4) == 32);  // known from above, and forgotten in the first round
}

TEST_CASE("cuda graphs: what was asked for before other work is started before it", "[cuda]") {
    Buffer<Emulated<double>> number(1);
    HostExecutor::for_each(1, cuda::Assign<double>{number.data(), 1});
    Collecting::for_each(1, cuda::Assign<double>{number.data(), 2});
    Buffer<Emulated<double>> copy = number;  // by the other executor
    Collecting::for_each(1, cuda::Assign<double>{number.data(), 3});
    const auto read = [](Buffer<Emulated<double>>& from) {
        double x = 0;
        Emulated<double>::memory::copy_to_host(&x, from.data(), 1);
        return x;
    };
    CHECK(read(copy) == 2);
    CHECK(read(number) == 3);
}

namespace {

struct Refuse {
    void operator()(Index) const { throw Error("refused"); }
};
struct Note {
    std::vector<int>* lines;
    int line;
    void operator()(Index) const { lines->push_back(line); }
};

}  // namespace

TEST_CASE("cuda graphs: work of several threads is done once, that of each in order", "[cuda]") {
    constexpr int threads = 4, count = 500;
    std::vector<int> lines[threads], expected;
    for (int line = 0; line < count; ++line) expected.push_back(line);
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            for (int line = 0; line < count; ++line) {
                Collecting::for_each(1, Note{&lines[t], line});
                if (line % 20 == t) Collecting::submit();
            }
        });
    for (std::thread& thread : running) thread.join();
    Collecting::submit();
    for (const std::vector<int>& of_thread : lines) CHECK(of_thread == expected);
}

TEST_CASE("cuda graphs: errors of collected work are thrown by what starts it", "[cuda]") {
    Collecting::for_each(1, Refuse{});
    CHECK_THROWS_AS(Collecting::submit(), Error);
    CHECK_NOTHROW(Collecting::submit());
    // Giving memory back throws nothing: the next one throws.
    Collecting::for_each(1, Refuse{});
    { Buffer<Replayed> given_back(1); }
    CHECK_THROWS_AS(Collecting::submit(), Error);
    CHECK_NOTHROW(Collecting::submit());
}
