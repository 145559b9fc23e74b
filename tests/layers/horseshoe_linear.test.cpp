// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"
#include "train/toys.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace blue;
using namespace blue_test;

namespace {

using B = Cpu<double>;
using Small = HorseshoeLinear<3, 2, MeanFieldNormal, MeanFieldNormal, B>;
const double inputs[] = {0.5, -1, 2, 1, 0.25, -0.5};

}  // namespace

TEST_CASE("weights are products of scales and standard weights", "[layers]") {
    const auto layer = make<Small>(Seed{1});
    Tape<B> tape;
    const auto result = forward(layer, tape, tape.input<shape<3>>(inputs, 2), {.samples = 3});
    const auto y = result.samples.to_host();
    const auto draw = [&](std::size_t slot, Index s, Index e) {
        const Draw<B>& d = tape.draws()[slot];
        return d.weights[s * d.weight_stride + e];
    };
    for (Index s = 0; s < 3; ++s)
        for (Index b = 0; b < 2; ++b)
            for (Index k = 0; k < 2; ++k) {
                double expected = draw(3, s, k);
                for (Index l = 0; l < 3; ++l)
                    expected +=
                        draw(2, s, 0) * draw(1, s, k) * draw(0, s, 3 * k + l) * inputs[3 * b + l];
                CHECK(y[std::size_t((s * 2 + b) * 2 + k)] == Approx(expected).epsilon(1e-14));
            }
}

TEST_CASE("divergences of the horseshoe's variables", "[layers]") {
    STATIC_REQUIRE(divergence_of<Small, "weight"> == Divergence::closed_form);
    STATIC_REQUIRE(divergence_of<Small, "unit_scale"> == Divergence::monte_carlo);
    STATIC_REQUIRE(divergence_of<Small, "layer_scale"> == Divergence::monte_carlo);
    STATIC_REQUIRE(random_variable_count<HorseshoeLinear<3, 2, without_bias>> == 3);
    STATIC_REQUIRE(variational_parameter_names<Small>[4] == "_layer_scale_loc");
}

TEST_CASE("gradients of the horseshoe", "[layers]") {
    using Net =
        Sequential<Small, Tanh,
                   HorseshoeLinear<2, 2, without_bias, MeanFieldNormal, MeanFieldNormal, B>>;
    const Net start{Seed{3}};
    Net net = start;
    const std::int32_t labels[] = {0, 1};
    const auto loss = [&](auto& tape) {
        const auto x = tape.template input<shape<3>>(inputs, 2);
        const auto result = forward<Scores::divergence>(net, tape, x, {.samples = 3});
        return Elbo{Categorical{}}(result, make_labels(tape, labels, 2, 2), DatasetSize{10}).total;
    };
    CHECK(testing::parameter_gradient_check(net, loss).error < 1e-8);
}

TEST_CASE("units that the data do not need shrink", "[layers]") {
    // One hidden unit is enough for a line.
    using Net = Sequential<HorseshoeLinear<1, 12>, Linear<12, 1>, LearnedNoise<1>>;
    Dataset<float> data{Array<float>({200, 1}), Array<float>({200, 1})};
    for (Index i = 0; i < 200; ++i) {
        data.inputs[i] = number(1, i);
        data.targets[i] = 3 * data.inputs[i] + 0.05f * number(2, i);
    }
    Net net{Seed{1}};
    layer<0>(net).state<"layer_scale">().prior = {.scale = 0.1};
    fit(net, Elbo{HeteroscedasticGaussian{}}, data,
        {.epochs = 3000,
         .batch_size = 200,
         .samples = 4,
         .schedule = Schedule::cosine(),
         .progress = Progress::none},
        Adam{.learning_rate = 0.05});
    // Root mean squares of the weights. Measured: one of 2.3, a median of 0.16.
    const auto& z = layer<0>(net).state<"weight">();
    const auto& units = layer<0>(net).state<"unit_scale">();
    const auto& whole = layer<0>(net).state<"layer_scale">();
    std::vector<double> sizes;
    for (Index k = 0; k < 12; ++k) {
        const double mean = double(z.parameter(0)[k]), std = std::exp(double(z.parameter(1)[k]));
        const double scale = std::exp(double(units.parameter(0)[k] + whole.parameter(0)[0]));
        sizes.push_back(scale * std::sqrt(mean * mean + std * std));
    }
    std::sort(sizes.begin(), sizes.end());
    INFO(sizes[0] << " " << sizes[5] << " " << sizes[10] << " " << sizes[11]);
    CHECK(sizes[11] > 5 * sizes[10]);
}
