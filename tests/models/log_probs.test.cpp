// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <cmath>
#include <vector>

using B = blue::Cpu<double>;
using Layer = blue::Linear<2, 3, blue::MeanFieldNormal, blue::MeanFieldNormal, B>;
using Net = blue::Sequential<Layer, blue_test::Gated<3, 2, B>>;

TEST_CASE("log probs are a tuple with one entry per random variable") {
    const Net net{blue::Seed{1}};
    blue::Tape<B> tape;
    const std::vector<double> inputs{1, 2};
    const auto result =
        blue::forward(net, tape, tape.input<blue::shape<2>>(inputs.data(), 1), {.samples = 3});
    const auto& log_probs = result.log_probs;
    static_assert(std::tuple_size_v<std::remove_cvref_t<decltype(log_probs)>> == 5);
    const auto [weight, bias, weight1, gate1, bias1] = log_probs;
    CHECK(weight.prior == log_probs.get<0, "weight">().prior);
    CHECK(gate1.variational == log_probs.get<1, "gate">().variational);
    CHECK(get<4>(log_probs).prior == bias1.prior);
    const auto total = log_probs.total();
    for (std::size_t s = 0; s < 3; ++s) {
        const double sum =
            weight.prior[s] + bias.prior[s] + weight1.prior[s] + gate1.prior[s] + bias1.prior[s];
        CHECK(std::abs(total.prior[s] - sum) < 1e-12);
    }

    // The entries are those of the drawn weights.
    const blue::Draw<B>& draw = tape.draws()[0];
    for (blue::Index s = 0; s < 3; ++s) {
        double prior = 0, variational = 0;
        for (blue::Index e = 0; e < 6; ++e) {
            const double w = draw.weights[s * draw.weight_stride + e], mean = draw.stored[e];
            const double log_std = draw.stored[draw.stride + e];
            const double z = (w - mean) / std::exp(log_std), constant = 0.91893853320467274;
            prior -= w * w / 2 + constant;
            variational -= z * z / 2 + log_std + constant;
        }
        const auto at = static_cast<std::size_t>(s);
        // eps = 1e-10 in the variance changes the seventh digit at most.
        CHECK(std::abs(weight.prior[at] - prior) < 1e-8);
        CHECK(std::abs(weight.variational[at] - variational) < 1e-7);
    }
}

TEST_CASE("without constants they differ by the constants") {
    const auto layer = blue::make<Layer>(blue::Seed{1});
    blue::Tape<B> tape;
    const std::vector<double> inputs{1, 2};
    double with[2], without[2];
    for (bool constants : {true, false}) {
        tape.reset();
        const auto entry = blue::forward(layer, tape, tape.input<blue::shape<2>>(inputs.data(), 1),
                                         {.samples = 1, .norm_constants = constants})
                               .log_probs.get<"weight">();
        (constants ? with : without)[0] = entry.prior[0];
        (constants ? with : without)[1] = entry.variational[0];
    }
    for (int i = 0; i < 2; ++i)
        CHECK(std::abs(without[i] - with[i] - 6 * 0.91893853320467274) < 1e-12);
}
