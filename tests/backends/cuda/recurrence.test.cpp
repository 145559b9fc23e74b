// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Recurrences on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/distributions/non_bayesian.hpp>
#include <blue/layers/gru.hpp>
#include <blue/layers/lstm.hpp>
#include <blue/layers/rnn.hpp>
#include <blue/ops/activations.hpp>

#include <array>
#include <utility>

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;

/// Rounding grows from step to step: with six steps instead of one operation.
template <class T>
inline constexpr double rounding_of_steps = 16 * rounding<T>;

/// Gates in, outputs out, with its gates used twice.
template <class Cell, class Q, bool HasBias, class B>
struct Walk : Module<Walk<Cell, Q, HasBias, B>,
                     variables<variable<"weight", Cell::gates * 3, 3>,
                               optional_variable<HasBias, "bias", Cell::gates * 3>>,
                     Q, N, B> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        return recurrence<Cell>(x, weight, pass.sample(*this, "bias"_v)) *
               recurrence<Cell>(0.5 * x, weight);
    }
};
template <class B>
using Tanh3 = Walk<TanhCell, N, true, B>;
template <class B>
using Peephole = Walk<PeepholeLSTMCell, N, true, B>;
template <class B>
using FixedLSTM = Walk<LSTMCell, NonBayesian, false, B>;
template <class B>
using MixedGRU = Walk<GRUCell, per_variable<NonBayesian, N>, true, B>;

/// Sequences of several lengths, walked on by another layer from the states behind them. Those of
/// the first layer are the same for all samples when Q is not random.
template <template <Index, Index, class...> class Layer, class Q, class B>
struct TwoWalks : Module<TwoWalks<Layer, Q, B>, variables<>, N, N, B> {
    Layer<4, 3, bidirectional, Q, N, B> first;
    Layer<4, 3, bidirectional, N, N, B> second;
    using children = blue::children<&TwoWalks::first, &TwoWalks::second>;
    auto forward(auto& pass, auto x) const {
        static constexpr std::array<Index, 5> lengths{6, 1, 3, 6, 2};
        const auto before = first.run(pass, x, lengths);
        const auto behind = second.run(pass, x, lengths, before.state);
        return before.output * behind.output;
    }
};
template <class B>
using TwoLSTM = TwoWalks<LSTM, N, B>;
template <class B>
using FixedThenLSTM = TwoWalks<LSTM, NonBayesian, B>;
template <class B>
using FixedThenGRU = TwoWalks<GRU, NonBayesian, B>;

template <class B>
using Both = LSTM<4, 3, bidirectional, layers<2>, N, N, B>;
template <class B>
using Last = GRU<4, 3, final_output, N, N, B>;
template <class B>
using Elman = RNN<4, 3, N, N, B>;

template <template <class> class M, class Shape, class T = double>
void check_all_inputs() {
    CHECK(compare_module<M, Shape, T>({1, 5, 4}) < rounding_of_steps<T>);
    CHECK(compare_module<M, Shape, T>({4, 5, 4}) < rounding_of_steps<T>);
    CHECK(compare_module<M, Shape, T>({1, 1, 1}) < rounding_of_steps<T>);
}

/// Kernels and products of forward and backward for sequences of that length.
template <Index Steps>
std::pair<long, long> launches() {
    using B = Emulated<double>;
    const auto model = make<LSTM<4, 3, N, N, B>>(Seed{1});
    Tape<B> tape;
    const std::vector<double> inputs = numbers<double>(5 * Steps * 4);
    const long start = HostExecutor::launches();
    const auto x = tape.template leaf<shape<Steps, 4>>(inputs.data(), 5);
    const auto y = forward<Scores::none>(model, tape, x, {.samples = 2}).samples;
    const long middle = HostExecutor::launches();
    tape.backward(sum(y));
    return {middle - start, HostExecutor::launches() - middle};
}

}  // namespace

TEST_CASE("cuda recurrence: a step starts a product and a kernel", "[cuda]") {
    const auto five = launches<5>(), six = launches<6>();
    CHECK(six.first - five.first == 2);
    CHECK(six.second - five.second == 2);
}

TEST_CASE("cuda recurrence: cells, random and shared weights", "[cuda]") {
    check_all_inputs<Tanh3, shape<6, 3>>();
    check_all_inputs<Peephole, shape<6, 12>>();
    check_all_inputs<FixedLSTM, shape<6, 12>>();
    check_all_inputs<FixedLSTM, shape<6, 12>, float>();
    check_all_inputs<MixedGRU, shape<6, 9>>();
    check_all_inputs<MixedGRU, shape<1, 9>>();
}

TEST_CASE("cuda recurrence: layers", "[cuda]") {
    check_all_inputs<Both, shape<6, 4>>();
    check_all_inputs<Last, shape<6, 4>>();
    check_all_inputs<Elman, shape<6, 4>>();
}

TEST_CASE("cuda recurrence: lengths and states", "[cuda]") {
    for (Index input_samples : {1, 4}) {
        const ModuleRun how{input_samples, 5, 4};
        CHECK(compare_module<TwoLSTM, shape<6, 4>>(how) < rounding_of_steps<double>);
        CHECK(compare_module<FixedThenLSTM, shape<6, 4>>(how) < rounding_of_steps<double>);
        CHECK(compare_module<FixedThenGRU, shape<6, 4>>(how) < rounding_of_steps<double>);
    }
}
