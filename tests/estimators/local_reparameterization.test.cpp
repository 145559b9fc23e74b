// SPDX-License-Identifier: BSD-3-Clause
#include <blue/estimators/local_reparameterization.hpp>

#include "estimators/estimates.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using Lrt = LocalReparameterization<N>;

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

/// A layer that uses its weight twice.
struct Tied : Module<Tied, variables<variable<"weight", 3, 3>>, Lrt, N, Cpu<double>> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        return linear(tanh(linear(x, weight)), weight);
    }
};

}  // namespace

TEST_CASE("outputs are means plus spreads times the noise", "[estimators]") {
    const EstimateData data(5);
    const auto model = make<OneLayer<Lrt>>(Seed{1});
    const OutputMoments moments(model, data);
    std::vector<double> noise(2 * 10);
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = std::sin(static_cast<double>(i));
    Tape<Cpu<double>> tape;
    const auto x = tape.input<shape<3>>(data.inputs.data(), 5);
    const double* const supplied[] = {noise.data(), nullptr};
    const auto y =
        forward<Scores::none>(model, tape, x, {.samples = 2}, supplied).samples.to_host();
    REQUIRE(y.size() == 20);
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(std::abs(y[i] - moments.mean[i % 10] -
                       std::sqrt(moments.variance[i % 10]) * noise[i]) < 1e-14);
}

TEST_CASE("drawn outputs have the moments of drawn weights", "[estimators]") {
    // 24 numbers below 4.8 errors: a correct program fails with probability 24 * 1.6e-6.
    CHECK(moment_error(make<OneLayer<Lrt>>(Seed{1}), 1) < 4.8);
    // Drawn weights have the same moments of single examples, but their examples are dependent.
    CHECK(moment_error(make<OneLayer<N>>(Seed{1}), 1) > 20);
}

TEST_CASE("gradients of drawn outputs", "[estimators]") {
    using Softplus = LocalReparameterization<SoftplusScale<N>>;
    CHECK(estimate_gradient_error(make<OneLayer<Lrt>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<Lrt>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<Lrt>>(Seed{1}), 1) < tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<Softplus, MeanFieldLaplace>>(Seed{1})) <
          tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<Antithetic<Lrt>, UniformPrior>>(Seed{1})) <
          tolerance);
    // Weights and biases that are estimated in other ways.
    CHECK(estimate_gradient_error(make<OneLayer<per_variable<Lrt, N>>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(
              make<OneLayer<per_variable<Lrt, NonBayesian>, UniformPrior>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<Linear<3, 2, without_bias, Lrt, N, Cpu<double>>>(Seed{1})) <
          tolerance);
}

TEST_CASE("gradients beside a prior that reads the variational parameters", "[estimators]") {
    // Without a divergence: the general sweeps finish the gradients.
    auto model = make<OneLayer<Lrt, BasicQuietPrior>>(Seed{1});
    const EstimateData data(5);
    const auto report = blue::testing::parameter_gradient_check(model, [&](auto& tape) {
        const auto x = tape.template input<shape<3>>(data.inputs.data(), data.rows);
        return blue::testing::detail::weighted_sum(
            forward<Scores::none>(model, tape, x, {.samples = 3, .seed = Seed{4}}).samples);
    });
    CHECK(report.error < tolerance);
}

TEST_CASE("gradients of the input of drawn outputs", "[estimators]") {
    CHECK(input_gradient_error(make<OneLayer<Lrt>>(Seed{1})) < tolerance);
}

TEST_CASE("rows of zeros without a bias have finite gradients, of 0", "[estimators]") {
    using Layer = Linear<3, 2, without_bias, Lrt, UniformPrior, Cpu<double>>;
    const auto model = make<Layer>(Seed{1});
    const auto gradients = [&](std::vector<double> rows, std::vector<double>& input_gradient) {
        Tape<Cpu<double>> tape;
        const auto batch = static_cast<Index>(rows.size() / 3);
        const auto x = tape.leaf<shape<3>>(rows.data(), batch);
        const auto y = forward<Scores::none>(model, tape, x, {.samples = 2, .seed = Seed{4}});
        tape.backward(sum(square(y.samples + 1)));
        input_gradient = tape.gradient_of(x.node);
        const auto& draw = tape.draws()[0];
        return std::vector<double>(draw.gradient, draw.gradient + 2 * draw.stride);
    };
    std::vector<double> with, without;
    const auto some = gradients({1, 2, 3, 0, 0, 0}, with);
    const auto alone = gradients({1, 2, 3}, without);
    CHECK(some == alone);
    CHECK(std::vector<double>(with.begin(), with.begin() + 3) == without);
    // The mean's part of the gradient with respect to the input: 2 (0 + 1) for each of 2 samples.
    const auto& weight = model.state<"weight">();
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(with[3 + i] ==
              Approx(4 * (weight.parameter(0)[i] + weight.parameter(0)[3 + i])).epsilon(1e-12));
    // So small that squares are 0 or have lost their digits, and in between.
    for (const double tiny : {1e-310, 1e-170, 1e-160, 1e-154, 1e-150})
        for (const double g : gradients({tiny, -tiny, 0}, with)) CHECK(std::isfinite(g));
}

TEST_CASE("the gradient of the bound is that of drawn weights in the mean", "[estimators]") {
    const EstimateData data(4);
    constexpr std::uint64_t passes = 4000;
    const auto with = gradient_statistics(make<TwoLayers<Lrt>>(Seed{1}), data, passes);
    const auto without = gradient_statistics(make<TwoLayers<N>>(Seed{1}), data, passes);
    // 52 numbers below 5 standard errors: a correct program fails with probability 52 * 6e-7.
    REQUIRE(with.mean.size() == 52);
    CHECK(largest_z(with, without) < 5);
}

TEST_CASE("the gradient's variance falls with the batch size", "[estimators]") {
    // Per example, that of drawn weights falls to a limit that all examples share.
    const auto variance = [](const auto& model, Index rows) {
        return gradient_statistics(model, EstimateData(rows), 400).total_variance();
    };
    const auto with = make<OneLayer<Lrt>>(Seed{1});
    const auto without = make<OneLayer<N>>(Seed{1});
    const double small = variance(with, 8), large = variance(with, 128);
    // 16, known to about 10 %.
    CHECK(small / large > 11);
    CHECK(small / large < 23);
    CHECK(variance(without, 8) / variance(without, 128) < 3);
    CHECK(large < variance(without, 128) / 10);
}

TEST_CASE("names, initial values and predictions are those of the distribution", "[estimators]") {
    using M = Sequential<Linear<2, 8, Lrt>, Tanh, Linear<8, 3, Lrt>>;
    CHECK(variational_parameter_names<M> == variational_parameter_names<Classifier>);
    const M with{Seed{1}};
    const Classifier without{Seed{1}};
    CHECK(same_bits(parameters_of(with), parameters_of(without)));
    const auto data = three_classes(20);
    const auto a = predict(with, Categorical{}, data.inputs, {.samples = 5});
    const auto b = predict(without, Categorical{}, data.inputs, {.samples = 5});
    CHECK(std::equal(a.probabilities.begin(), a.probabilities.end(), b.probabilities.begin()));
}

TEST_CASE("noise belongs to the sample, the pass and the layer", "[estimators]") {
    const EstimateData data(5);
    const auto model = make<OneLayer<Lrt>>(Seed{1});
    const auto all = estimate_outputs(model, data, {.samples = 4, .seed = Seed{2}});
    auto parts = estimate_outputs(model, data, {.samples = 1, .seed = Seed{2}});
    const auto rest =
        estimate_outputs(model, data, {.samples = 3, .seed = Seed{2}, .first_sample = 1});
    parts.insert(parts.end(), rest.begin(), rest.end());
    CHECK(same_bits(all, parts));
    CHECK_FALSE(
        same_bits(all, estimate_outputs(model, data, {.samples = 4, .seed = Seed{2}, .pass = 1})));
    CHECK_FALSE(same_bits(all, estimate_outputs(model, data, {.samples = 4, .seed = Seed{3}})));
}

TEST_CASE("pairs of opposite noise cancel in the mean output", "[estimators]") {
    const EstimateData data(5);
    const auto model = make<OneLayer<Antithetic<Lrt>>>(Seed{1});
    const OutputMoments moments(model, data);
    const auto y = estimate_outputs(model, data, {.samples = 2, .seed = Seed{2}});
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(std::abs((y[i] + y[10 + i]) / 2 - moments.mean[i]) < 1e-14);  // rounding
}

TEST_CASE("a weight that is used twice is an error", "[estimators]") {
    const EstimateData data(5);
    const auto model = make<Tied>(Seed{1});
    CHECK_THROWS_WITH(estimate_outputs(model, data, {}),
                      Catch::Contains("expected one use in a pass"));
    CHECK_NOTHROW(estimate_outputs(model, data, {.training = false}));
}

TEST_CASE("rows of one example are drawn on their own", "[estimators]") {
    using L = LocalReparameterization<MeanFieldNormal>;
    const auto model = make<OneLayer<L>>(Seed{1});
    // The same row everywhere: one example of 2000 rows, and 2000 examples.
    std::vector<double> inputs;
    for (int row = 0; row < 2000; ++row) inputs.insert(inputs.end(), {1.0, 2.0, 3.0});
    Tape<Cpu<double>> tape;
    const auto outputs = [&](auto x) {
        return forward<Scores::none>(model, tape, x, {.samples = 1}).samples.to_host();
    };
    const auto rows = outputs(tape.input<shape<2000, 3>>(inputs.data(), 1));
    CHECK(rows == outputs(tape.input<shape<3>>(inputs.data(), 2000)));
}
