// SPDX-License-Identifier: BSD-3-Clause
#include <blue/estimators/flipout.hpp>

#include "estimators/estimates.hpp"
#include "support/catch.hpp"
#include "train/toys.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using F = Flipout<N>;

// Fourth-order differences: 1e-10, times the size of higher derivatives.
constexpr double tolerance = 1e-8;

/// A layer that uses its weight twice.
struct Tied
    : Module<Tied, variables<variable<"weight", 3, 3>, variable<"bias", 2>>, F, N, Cpu<double>> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        return slice_last<1, 2>(linear(tanh(linear(x, weight)), weight));
    }
};
/// The same product twice.
struct Twice : Module<Twice, variables<variable<"weight", 2, 3>>, F, N, Cpu<double>> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        return linear(x, weight) - linear(x, weight);
    }
};

}  // namespace

TEST_CASE("outputs are those of the paper's equation", "[estimators]") {
    const EstimateData data(5);
    const auto model = make<OneLayer<F>>(Seed{1});
    const Seed seed{2};
    Tape<Cpu<double>> tape;
    const auto x = tape.input<shape<3>>(data.inputs.data(), 5);
    const auto y = forward<Scores::none>(model, tape, x, {.samples = 2, .seed = seed, .pass = 3})
                       .samples.to_host();
    const auto& weight = model.state<"weight">();
    const auto& bias = model.state<"bias">();
    const auto outputs = static_cast<std::uint32_t>(random::purpose::outputs);
    for (Index s = 0; s < 2; ++s) {
        const auto sample = static_cast<std::uint32_t>(s);
        const auto sign = [&](std::uint32_t side, Index element) {
            return random::draw_element<noise::Sign, double>(
                {}, {seed.value, 3, 0, sample, outputs | side << 8}, element);
        };
        const auto deviation = [&](std::uint32_t slot, const auto& state, Index e) {
            return std::exp(state.parameter(1)[e]) * random::draw_element<noise::Normal, double>(
                                                         {}, {seed.value, 3, slot, sample, 0}, e);
        };
        for (Index row = 0; row < 5; ++row)
            for (Index j = 0; j < 2; ++j) {
                double mean = bias.parameter(0)[j], change = deviation(1, bias, j);
                for (Index i = 0; i < 3; ++i) {
                    const double input = estimate_input(row, i);
                    mean += input * weight.parameter(0)[3 * j + i];
                    change += input * sign(0, 3 * row + i) * deviation(0, weight, 3 * j + i);
                }
                const double expected = mean + change * sign(1, 2 * row + j);
                CHECK(std::abs(y[static_cast<std::size_t>(10 * s + 2 * row + j)] - expected) <
                      1e-14);
            }
    }
}

TEST_CASE("flipped outputs have the moments of drawn weights", "[estimators]") {
    // 24 numbers below 4.8 errors: a correct program fails with probability 24 * 1.6e-6. The sizes
    // of deviations are shared by examples: mean products of squares are between 1 and 3.
    CHECK(moment_error(make<OneLayer<F>>(Seed{1}), 3) < 4.8);
}

TEST_CASE("gradients of flipped deviations", "[estimators]") {
    constexpr Scores monte_carlo = Scores::log_probs;
    CHECK(estimate_gradient_error(make<OneLayer<F>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<F>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<F>>(Seed{1}), 1) < tolerance);
    CHECK(estimate_gradient_error<monte_carlo>(make<TwoLayers<F>>(Seed{1})) < tolerance);
    // A variance floor that shows.
    CHECK(estimate_gradient_error<monte_carlo>(
              make<OneLayer<F>>(Seed{1}, posterior(F{{.eps = 0.1}}))) < tolerance);
    CHECK(estimate_gradient_error(
              make<TwoLayers<Flipout<SoftplusScale<MeanFieldStudentT>>, MeanFieldLogistic>>(
                  Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<TwoLayers<Antithetic<F>, UniformPrior>>(Seed{1})) <
          tolerance);
    // The general sweeps.
    CHECK(estimate_gradient_error(make<TwoLayers<F, BasicQuietPrior>>(
              Seed{1}, prior(BasicQuietPrior{.eps = 0.1}))) < tolerance);
    // Weights and biases that are estimated in other ways.
    CHECK(estimate_gradient_error(make<OneLayer<per_variable<F, N>>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(
              make<OneLayer<per_variable<F, NonBayesian>, UniformPrior>>(Seed{1})) < tolerance);
    CHECK(estimate_gradient_error(make<Linear<3, 2, without_bias, F, N, Cpu<double>>>(Seed{1})) <
          tolerance);
    CHECK(estimate_gradient_error(make<Tied>(Seed{1})) < tolerance);
}

TEST_CASE("gradients of the input of flipped deviations", "[estimators]") {
    CHECK(input_gradient_error(make<OneLayer<F>>(Seed{1})) < tolerance);
}

TEST_CASE("with flipped deviations the gradient of the bound is unbiased", "[estimators]") {
    const EstimateData data(4);
    constexpr std::uint64_t passes = 4000;
    // 52 numbers each below 5.2 standard errors: a correct program fails with probability 3 * 52 *
    // 2e-7.
    const auto with = make<TwoLayers<F>>(Seed{1});
    const auto without = gradient_statistics(make<TwoLayers<N>>(Seed{1}), data, passes);
    CHECK(largest_z(gradient_statistics(with, data, passes), without) < 5.2);
    CHECK(largest_z(gradient_statistics<Scores::log_probs>(with, data, passes), without) < 5.2);
    // Without the score, too.
    CHECK(largest_z(
              gradient_statistics(make<TwoLayers<StickingTheLanding<F>>>(Seed{1}), data, passes),
              without) < 5.2);
}

TEST_CASE("with flipped deviations the variance falls with the batch size", "[estimators]") {
    const auto statistics = [](const auto& model, Index rows) {
        return gradient_statistics(model, EstimateData(rows), 400);
    };
    const auto with = make<OneLayer<F>>(Seed{1});
    const auto without = make<OneLayer<N>>(Seed{1});
    const auto small = statistics(with, 8), large = statistics(with, 128);
    const auto plain_small = statistics(without, 8), plain_large = statistics(without, 128);
    // 16 for what is odd in the deviations, known to about 10 %.
    CHECK(small.variance_of_means() / large.variance_of_means() > 11);
    CHECK(small.variance_of_means() / large.variance_of_means() < 23);
    CHECK(plain_small.variance_of_means() / plain_large.variance_of_means() < 3);
    // The gradients of the scales have a part that is even in them, which signs do not change.
    CHECK(large.total_variance() < 0.6 * plain_large.total_variance());
}

TEST_CASE("names, initial values and predictions are those without flips", "[estimators]") {
    using M = Sequential<Linear<2, 8, F>, Tanh, Linear<8, 3, F>>;
    CHECK(variational_parameter_names<M> == variational_parameter_names<Classifier>);
    const M with{Seed{1}};
    const Classifier without{Seed{1}};
    CHECK(same_bits(parameters_of(with), parameters_of(without)));
    const auto data = three_classes(20);
    const auto a = predict(with, Categorical{}, data.inputs, {.samples = 5});
    const auto b = predict(without, Categorical{}, data.inputs, {.samples = 5});
    CHECK(std::equal(a.probabilities.begin(), a.probabilities.end(), b.probabilities.begin()));
}

TEST_CASE("uses of the same weight see the same signs", "[estimators]") {
    for (const double y : estimate_outputs(make<Twice>(Seed{1}), EstimateData(5), {}))
        CHECK(y == 0);
}

TEST_CASE("log probs are those of the drawn weights", "[estimators]") {
    const EstimateData data(5);
    Tape<Cpu<double>> tape, plain_tape;
    const auto with = forward<Scores::log_probs>(make<OneLayer<F>>(Seed{1}), tape,
                                                 tape.input<shape<3>>(data.inputs.data(), 5), {});
    const auto without =
        forward<Scores::log_probs>(make<OneLayer<N>>(Seed{1}), plain_tape,
                                   plain_tape.input<shape<3>>(data.inputs.data(), 5), {});
    CHECK(with.log_probs.total().prior == without.log_probs.total().prior);
    CHECK(with.log_probs.total().variational == without.log_probs.total().variational);
}

TEST_CASE("rows of one example see the same flipped weights", "[estimators]") {
    // (B, rows, In) = (3, 2, 3); all rows are equal.
    const std::vector<double> inputs{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3};
    const auto model = make<OneLayer<F>>(Seed{1});
    Tape<Cpu<double>> tape;
    const auto x = tape.leaf<shape<2, 3>>(inputs.data(), 3);
    const auto y = forward<Scores::none>(model, tape, x, {.samples = 4}).samples;
    const auto numbers = y.to_host();
    int different = 0;
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t j = 0; j < 2; ++j) {
            const double first = numbers[4 * i + j];
            CHECK(first == numbers[4 * i + 2 + j]);
            different += first != numbers[(4 * i + 4 + j) % 48];
        }
    // 24 pairs of examples, of which 1 in 16 has the same signs by chance (3 inputs, 1 output).
    CHECK(different > 12);
    // One row per example has the same numbers: signs are counted by example.
    std::vector<double> rows;
    for (std::size_t example = 0; example < 3; ++example) rows.insert(rows.end(), {1.0, 2.0, 3.0});
    const auto alone =
        forward<Scores::none>(model, tape, tape.input<shape<3>>(rows.data(), 3), {.samples = 4})
            .samples.to_host();
    for (std::size_t i = 0; i < 24; ++i)
        CHECK(alone[i] == Approx(numbers[i / 2 * 4 + i % 2]).epsilon(1e-14));
}
