// SPDX-License-Identifier: BSD-3-Clause
#include <blue/ops/rows.hpp>

#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;

template <class Self, class Q>
using Custom = Module<Self, variables<variable<"weight", 4, 3>, variable<"bias", 4>>, Q, N, B>;

/// All rows at once.
template <class Q = N>
struct Whole : Custom<Whole<Q>, Q> {
    auto forward(auto& pass, auto x) const {
        const auto y = linear(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
        return slice_last<0, 1>(y) * sum_last(slice_last<1, 3>(y)).template as<shape<1>>();
    }
};
/// The same in two products.
template <class Q = N>
struct Parts : Custom<Parts<Q>, Q> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        const auto first = linear(x, rows<0, 1>(w), rows<0, 1>(b));
        const auto rest = linear(x, rows<1, 3>(w), rows<1, 3>(b));
        return first * sum_last(rest).template as<shape<1>>();
    }
};
/// Rows that nothing uses, rows that are used twice, no bias.
struct Some : Custom<Some, N> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        return linear(x, rows<1, 2>(w)) * linear(0.5 * x, rows<2, 2>(w));
    }
};
/// A product of the whole variable before or behind that of a part.
template <bool WholeFirst>
struct Both : Custom<Both<WholeFirst>, N> {
    auto forward(auto& pass, auto x) const {
        const auto w = pass.sample(*this, "weight"_v);
        const auto b = pass.sample(*this, "bias"_v);
        if constexpr (WholeFirst) {
            const auto y = linear(x, w, b);
            return y * linear(x, rows<0, 4>(w), rows<0, 4>(b));
        } else {
            const auto part = linear(x, rows<3, 1>(w), rows<1, 1>(b));
            return slice_last<0, 1>(linear(x, w, b)) * part;
        }
    }
};
/// Only the divergence has a gradient.
struct Unused : Custom<Unused, N> {
    auto forward(auto& pass, auto x) const {
        linear(x, rows<0, 2>(pass.sample(*this, "weight"_v)));
        return x;
    }
};

const std::vector<double> inputs = random_values<shape<3>>(4, 5, Seed{9}).numbers;

struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};

template <class M>
double parameter_error(Index samples, Index input_samples = 1) {
    M model = make<M>(Seed{1});
    const auto error = [&]<Scores Wanted>(std::integral_constant<Scores, Wanted>) {
        return parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       const auto x = tape.template leaf<shape<3>>(inputs.data(), 5, input_samples);
                       const auto result =
                           forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{4}});
                       return Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total;
                   })
            .error;
    };
    return std::fmax(error(std::integral_constant<Scores, Scores::log_probs>{}),
                     error(std::integral_constant<Scores, Scores::divergence>{}));
}

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("products of rows are rows of the product", "[ops]") {
    const auto run = [](const auto& model) {
        Tape<B> tape;
        const auto x = tape.input<shape<3>>(inputs.data(), 5);
        const auto result = forward(model, tape, x, {.samples = 3, .seed = Seed{4}});
        auto numbers = result.samples.to_host();
        for (double number : result.log_probs.total().prior) numbers.push_back(number);
        for (double number : result.log_probs.total().variational) numbers.push_back(number);
        return numbers;
    };
    const auto whole = run(make<Whole<>>(Seed{1})), parts = run(make<Parts<>>(Seed{1}));
    REQUIRE(whole.size() == parts.size());
    // The same sums; log probs are added up in other blocks.
    for (std::size_t i = 0; i < whole.size(); ++i)
        CHECK(parts[i] == Approx(whole[i]).epsilon(1e-13));
}

TEST_CASE("gradients of variables that are used in parts", "[ops]") {
    CHECK(parameter_error<Parts<>>(3) < tolerance);
    CHECK(parameter_error<Parts<>>(1) < tolerance);
    CHECK(parameter_error<Parts<>>(4, 4) < tolerance);
    CHECK(parameter_error<Parts<NonBayesian>>(3) < tolerance);
    CHECK(parameter_error<Some>(3) < tolerance);
    CHECK(parameter_error<Both<true>>(3) < tolerance);
    CHECK(parameter_error<Both<false>>(3) < tolerance);
    CHECK(parameter_error<Unused>(3) < tolerance);
    // A distribution of the whole variable.
    CHECK(parameter_error<Parts<LowRankNormal<2>>>(3) < tolerance);
}

TEST_CASE("gradients of parts do not depend on what was in memory before", "[ops]") {
    const auto model = make<Some>(Seed{1});
    Tape<B> tape;
    const auto gradients = [&] {
        tape.reset();
        const auto x = tape.leaf<shape<3>>(inputs.data(), 5);
        const auto result =
            forward<Scores::divergence>(model, tape, x, {.samples = 3, .seed = Seed{4}});
        tape.backward(Elbo{WeightedSum{}}(result, 0, DatasetSize{3}).total);
        const auto& weight = tape.draws()[0];
        return std::vector<double>(weight.gradient, weight.gradient + 12);
    };
    const auto before = gradients();
    tape.reset();
    const Index numbers = Index{1} << 15;  // the tape's first block
    std::fill_n(tape.device_memory<double>(numbers), numbers, 1e3);
    CHECK(gradients() == before);
}
