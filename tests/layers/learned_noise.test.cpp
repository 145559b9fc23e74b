// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/saturated.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using B = Cpu<double>;
using Net = Sequential<Linear<3, 2, MeanFieldNormal, MeanFieldNormal, B>,
                       LearnedNoise<2, MeanFieldNormal, MeanFieldNormal, B>>;

static_assert(std::is_same_v<output_shape_of<Net>, shape<4>>);
static_assert(random_variable_names<Net>[2] == "1.raw_scale");

}  // namespace

TEST_CASE("learned noise is the same for all inputs of a draw", "[layers]") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto x = random_values<shape<3>>(1, 5, Seed{2});
    const auto y = forward(net, tape, tape.input<shape<3>>(x.numbers.data(), 5), {.samples = 2})
                       .samples.to_host();
    REQUIRE(y.size() == 40);
    for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t i = 1; i < 5; ++i) {
            const std::size_t at = 20 * s + 4 * i;
            CHECK(y[at + 2] == y[20 * s + 2]);
            CHECK(y[at + 3] == y[20 * s + 3]);
            CHECK(y[at] != y[20 * s]);
        }
    CHECK(y[2] != y[22]);
    CHECK(y[2] != y[3]);
}

TEST_CASE("gradients with learned noise", "[layers]") {
    Net net{Seed{1}};
    const auto x = random_values<shape<3>>(1, 5, Seed{2});
    const auto y = random_values<shape<2>>(1, 5, Seed{3});
    const Elbo elbo{HeteroscedasticGaussian{}, {.dataset_size = DatasetSize{5}}};
    const auto report = parameter_gradient_check(net, [&](auto& tape) {
        const auto input = tape.template input<shape<3>>(x.numbers.data(), 5);
        const auto result =
            forward<Scores::divergence>(net, tape, input, {.samples = 3, .seed = Seed{4}});
        return elbo(result, tape.template input<shape<2>>(y.numbers.data(), 5)).total;
    });
    INFO(report.sentence());
    CHECK(report.error < 1e-8);
}

TEST_CASE("training finds the noise that all groups share", "[layers]") {
    using Groups = Sequential<Linear<2, 1, without_bias, NonBayesian, UniformPrior, B>,
                              LearnedNoise<1, NonBayesian, UniformPrior, B>>;
    const auto data = two_groups(Array<float>({6, 1}, {1, -3, 2, -2, 3, -0.25}));
    Groups model{Seed{1}};
    train_to_the_end(model, HeteroscedasticGaussian{}, data);
    const auto prediction = predict(model, HeteroscedasticGaussian{}, data.inputs, {.samples = 2});
    // The most likely variance is the mean of all squared distances from the means 2 and -1.75.
    const double variance = (2 + 1.25 * 1.25 + 0.25 * 0.25 + 1.5 * 1.5) / 6;
    for (Index i = 0; i < 6; ++i) {
        CHECK(prediction.mean[i] == Approx(i % 2 == 0 ? 2 : -1.75).epsilon(1e-6));
        CHECK(prediction.aleatoric_variance[i] == Approx(variance).epsilon(1e-6));
    }
}
