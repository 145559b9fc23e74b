// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear map of the CUDA backend, run on the host, against the CPU: all ways in which samples
/// share inputs, weights and biases.
#include "support/catch.hpp"

#include "backends/cuda/modules.hpp"

#include <blue/distributions/log_normal.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/quiet_prior.hpp>
#include <blue/estimators/antithetic.hpp>
#include <blue/estimators/flipout.hpp>
#include <blue/estimators/local_reparameterization.hpp>
#include <blue/estimators/sticking_the_landing.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/sequential.hpp>
#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

namespace {

using Normal = MeanFieldNormal;
using Fixed = NonBayesian;

/// Weights and a bias that are used twice: by the owner of the draw and by another operation.
template <class Q, class B>
struct Tied
    : Module<Tied<Q, B>, variables<variable<"weight", 6, 6>, variable<"bias", 6>>, Q, Normal, B> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        const auto bias = pass.sample(*this, "bias"_v);
        const auto hidden = tanh(linear(x, weight, bias));
        return linear(hidden, weight) * bias;
    }
};

/// Only the log probs of a weight count, and its first use is outside of linear.
template <class Q, class B>
struct Unused : Module<Unused<Q, B>, variables<variable<"weight", 6, 6>>, Q, Normal, B> {
    auto forward(auto& pass, auto x) const {
        static_cast<void>(linear(x, pass.sample(*this, "weight"_v)));
        return x;
    }
};

/// Two rows of each example, which share its weights.
template <class Q, class B>
struct TwoRows : Module<TwoRows<Q, B>, variables<variable<"weight", 37, 3>>, Q, Normal, B> {
    auto forward(auto& pass, auto x) const {
        return linear(x.template as<shape<2, 3>>(), pass.sample(*this, "weight"_v));
    }
};

/// Whether there are no weights to be scored.
template <class M>
inline constexpr bool draws_outputs = false;
template <Index In, Index Out, class Q, class... Policies>
inline constexpr bool draws_outputs<Linear<In, Out, LocalReparameterization<Q>, Policies...>> =
    true;
template <class Q, class B>
inline constexpr bool draws_outputs<TwoRows<LocalReparameterization<Q>, B>> = true;

/// Of 6 numbers.
template <template <class> class M>
double worst(Index input_samples, Index rows, Index samples) {
    constexpr Scores scores =
        draws_outputs<M<Cpu<double>>> ? Scores::divergence : Scores::log_probs;
    return compare_module<M, shape<6>, double, scores>({input_samples, rows, samples});
}

template <class B>
using BothRandom = Linear<6, 37, Normal, Normal, B>;
template <class B>
using NoneRandom = Linear<6, 37, Fixed, Normal, B>;
template <class B>
using WeightRandom = Linear<6, 37, per_variable<Normal, Fixed>, Normal, B>;
template <class B>
using BiasRandom = Linear<6, 37, per_variable<Fixed, Normal>, Normal, B>;
template <class B>
using WithoutBias = Linear<6, 37, without_bias, Normal, Normal, B>;
template <class B>
using DrawnOutputs = Linear<6, 37, LocalReparameterization<Normal>, Normal, B>;
template <class B>
using Flipped = Linear<6, 37, Flipout<Normal>, Normal, B>;
template <class B>
using FlippedInPairs = Linear<6, 37, per_variable<Antithetic<Flipout<Normal>>, Fixed>, Normal, B>;
template <class B>
using WithoutScore = Linear<6, 37, StickingTheLanding<Normal>, Normal, B>;
/// With the general sweeps.
template <class B>
using FlippedFormula = Linear<6, 37, Flipout<StickingTheLanding<Normal>>, BasicQuietPrior, B>;
template <class B>
using FlippedRows = TwoRows<Flipout<Normal>, B>;
template <class B>
using DrawnRows = TwoRows<LocalReparameterization<Normal>, B>;
template <class B>
using TiedRandom = Tied<Normal, B>;
template <class B>
using TiedFixed = Tied<Fixed, B>;
template <class B>
using UnusedRandom = Unused<Normal, B>;

/// Rows of a weight and of a bias, some of them twice, others never.
template <class Q, class B>
struct Parts
    : Module<Parts<Q, B>, variables<variable<"weight", 9, 6>, variable<"bias", 9>>, Q, Normal, B> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        const auto y = linear(x, rows<1, 3>(w), rows<1, 3>(b));
        return y * linear(x, rows<3, 3>(w)) + linear(x, rows<5, 3>(w), rows<0, 3>(b));
    }
};
template <class B>
using RowsRandom = Parts<Normal, B>;
template <class B>
using RowsFixed = Parts<Fixed, B>;
/// With the general sweeps.
template <class B>
using RowsFormula = Parts<MeanFieldLogNormal, B>;

template <class B>
using Rectified = Sequential<Linear<6, 37, Normal, Normal, B>, ReLU>;
/// A gradient that somebody wants to read.
template <class B>
struct Kept : Module<Kept<B>, variables<variable<"weight", 37, 6>>, Normal, Normal, B> {
    auto forward(auto& pass, auto x) const {
        const auto y = linear_relu(x, pass.sample(*this, "weight"_v));
        x.tape->keep_gradient(y);
        return y * y;
    }
};

template <template <class> class M>
void check_all_inputs() {
    CHECK(worst<M>(1, 5, 4) < rounding<double>);
    CHECK(worst<M>(4, 5, 4) < rounding<double>);
    CHECK(worst<M>(1, 1, 1) < rounding<double>);
    CHECK(worst<M>(4, 70, 4) < rounding<double>);  // more rows than one thread adds up
}

}  // namespace

TEST_CASE("cuda linear: random and shared weights and biases", "[cuda]") {
    check_all_inputs<BothRandom>();
    check_all_inputs<NoneRandom>();
    check_all_inputs<WeightRandom>();
    check_all_inputs<BiasRandom>();
    check_all_inputs<WithoutBias>();
}

TEST_CASE("cuda linear: estimators", "[cuda]") {
    check_all_inputs<DrawnOutputs>();
    check_all_inputs<Flipped>();
    check_all_inputs<FlippedInPairs>();
    check_all_inputs<WithoutScore>();
    check_all_inputs<FlippedFormula>();
    check_all_inputs<FlippedRows>();
    check_all_inputs<DrawnRows>();
}

TEST_CASE("cuda linear: weights that are used twice", "[cuda]") {
    check_all_inputs<TiedRandom>();
    check_all_inputs<TiedFixed>();
}

TEST_CASE("cuda linear: rows of a variable", "[cuda]") {
    check_all_inputs<RowsRandom>();
    check_all_inputs<RowsFixed>();
    check_all_inputs<RowsFormula>();
}

TEST_CASE("cuda linear: the positive part", "[cuda]") {
    check_all_inputs<Rectified>();
    check_all_inputs<Kept>();
}

TEST_CASE("cuda linear: a result that nobody uses", "[cuda]") {
    check_all_inputs<UnusedRandom>();
}

TEST_CASE("cuda linear: gradients in groups of samples", "[cuda]") {
    // The sums run in the same order in groups of any size.
    const auto all = run_module<BothRandom<Emulated<double>>, shape<6>>({1, 5, 5});
    const Index budget = cuda::gradient_bytes;
    for (Index group : {1, 2, 4}) {
        cuda::gradient_bytes = group * 6 * 37 * static_cast<Index>(sizeof(double));
        const auto parts = run_module<BothRandom<Emulated<double>>, shape<6>>({1, 5, 5});
        CHECK(parts.parameter_gradients == all.parameter_gradients);
    }
    cuda::gradient_bytes = budget;
}
