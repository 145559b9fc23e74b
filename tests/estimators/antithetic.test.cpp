// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

template <class Q, class T = double>
using Pair = Linear<3, 2, Q, MeanFieldNormal, Cpu<T>>;

const std::vector<double> inputs{0.5, -1, 2, 1, 0.25, -0.5};

/// The drawn weights of all samples, one after the other.
template <class M>
auto drawn_weights(const M& model, Index samples, Index first_sample = 0) {
    using T = typename backend_of<M>::scalar;
    const std::vector<T> x(inputs.begin(), inputs.end());
    Tape<backend_of<M>> tape;
    forward<Scores::none>(model, tape, tape.template input<shape<3>>(x.data(), 2),
                          {.samples = samples, .seed = Seed{2}, .first_sample = first_sample});
    const auto& draw = tape.draws()[0];
    std::vector<T> weights;
    for (Index s = 0; s < samples; ++s)
        weights.insert(weights.end(), draw.weights + s * draw.weight_stride,
                       draw.weights + s * draw.weight_stride + draw.size);
    return weights;
}

/// The outputs (S, 2, 2).
template <class M>
std::vector<double> outputs(const M& model, Index samples) {
    Tape<Cpu<double>> tape;
    return forward<Scores::none>(model, tape, tape.template input<shape<3>>(inputs.data(), 2),
                                 {.samples = samples, .seed = Seed{2}})
        .samples.to_host();
}

template <class Q>
double gradient_error(Index samples) {
    auto model = make<Pair<Antithetic<Q>>>(Seed{1});
    const std::vector<double> targets{1, -1, 0.5, 2};
    return parameter_gradient_check(
               model,
               [&](auto& tape) {
                   const auto x = tape.template input<shape<3>>(inputs.data(), 2);
                   const auto y = tape.template input<shape<2>>(targets.data(), 2);
                   const auto result = forward<Scores::log_probs>(
                       model, tape, x, {.samples = samples, .seed = Seed{4}});
                   return Elbo{Gaussian{0.5}}(result, y, DatasetSize{2}).total;
               })
        .error;
}

template <class Q, class T>
void check_pairs() {
    const auto plain = drawn_weights(make<Pair<Q, T>>(Seed{1}), 5);
    const auto model = make<Pair<Antithetic<Q>, T>>(Seed{1});
    const auto pairs = drawn_weights(model, 5);
    const auto& state = model.template state<"weight">();
    // loc + z and loc - z: each rounds once.
    const double tolerance = 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::size_t s = 0; s < 5; ++s)
        for (std::size_t e = 0; e < 6; ++e) {
            const T w = pairs[6 * s + e], other = plain[6 * (s - s % 2) + e];
            if (s % 2 == 0)
                CHECK(w == other);
            else
                CHECK(std::abs(static_cast<double>(w + other - 2 * state.parameter(0)[e])) <
                      tolerance * static_cast<double>(std::abs(w) + std::abs(other)));
        }
}

}  // namespace

TEST_CASE("the odd sample has the noise of the even one, negated", "[estimators]") {
    check_pairs<MeanFieldNormal, double>();
    check_pairs<MeanFieldNormal, float>();
    check_pairs<SoftplusScale<MeanFieldLaplace>, float>();
    check_pairs<MeanFieldStudentT, float>();
}

TEST_CASE("passes that draw some of the samples draw the same ones", "[estimators]") {
    const auto model = make<Pair<Antithetic<MeanFieldNormal>>>(Seed{1});
    const auto all = drawn_weights(model, 7);
    for (Index split : {1, 2, 3}) {
        auto parts = drawn_weights(model, split);
        const auto rest = drawn_weights(model, 7 - split, split);
        parts.insert(parts.end(), rest.begin(), rest.end());
        CHECK(same_bits(parts, all));
    }
}

TEST_CASE("the mean of outputs that are linear in the weights has no variance", "[estimators]") {
    const auto model = make<Pair<Antithetic<MeanFieldNormal>>>(Seed{1});
    const auto y = outputs(model, 2), plain = outputs(make<Pair<MeanFieldNormal>>(Seed{1}), 2);
    const auto* const weight = model.template state<"weight">().parameter(0);
    const auto* const bias = model.template state<"bias">().parameter(0);
    for (std::size_t row = 0; row < 2; ++row)
        for (std::size_t j = 0; j < 2; ++j) {
            double expected = bias[j];
            for (std::size_t i = 0; i < 3; ++i) expected += inputs[3 * row + i] * weight[3 * j + i];
            const std::size_t at = 2 * row + j;
            CHECK(std::abs((y[at] + y[4 + at]) / 2 - expected) < 1e-14);  // rounding
            CHECK(std::abs((plain[at] + plain[4 + at]) / 2 - expected) > 1e-3);
        }
}

TEST_CASE("gradients of antithetic samples", "[estimators]") {
    // Fourth-order differences: 1e-10, times the size of higher derivatives.
    CHECK(gradient_error<MeanFieldNormal>(4) < 1e-8);
    CHECK(gradient_error<MeanFieldNormal>(3) < 1e-8);
    CHECK(gradient_error<SinhArcsinh>(4) < 1e-8);  // draws noise again in backward
    CHECK(gradient_error<MeanFieldLogNormal>(4) < 1e-8);
}
