// SPDX-License-Identifier: BSD-3-Clause
// The programs of docs/concepts work.
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"

#include <cmath>

using namespace blue::literals;

struct MeanFieldGumbel {
    using parameters = blue::parameters<blue::real<"mode">, blue::log_of<"scale">>;
    using noise = blue::noise::Gumbel;
    template <class T>
    static T sample(T noise, T mode, T scale) {
        return mode + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T mode, T scale) {
        const T z = (w - mode) / scale;
        return -z - exp(-z) - log(scale);
    }
};

struct StandardLogistic {
    template <class T>
    static T log_prob(T w) {
        return -w - 2 * softplus(-w);
    }
};

struct StayClose {
    using required_parameters = blue::names<"mean">;
    double width = 0.1;
    template <class T>
    T log_prob(T w, T mean) const {
        return -0.5 * square((w - mean) / width);
    }
};

template <class Q>
using Classifier =
    blue::Sequential<blue::Linear<784, 512, Q>, blue::ReLU, blue::Linear<512, 10, Q>>;
using Trained = Classifier<blue::LocalReparameterization<blue::MeanFieldNormal>>;

struct Square {
    auto operator()(auto&, auto x) const { return x * x; }
};
using Squared = blue::Sequential<blue::Linear<3, 4>, Square, blue::Linear<4, 1>>;

struct Scale : blue::Module<Scale, blue::variables<blue::variable<"factor", 8>>> {
    using input_shape = blue::shape<8>;
    auto forward(auto& pass, auto x) const { return x * pass.sample(*this, "factor"_v); }
};

struct LaplaceLogProb {
    double scale;
    template <class T>
    T apply(T y, T output) const {
        return -abs(y - output) / scale - std::log(2 * scale);
    }
};

struct LaplaceNoise {
    double scale = 1;
    using target_type = float;
    auto log_prob(auto output, auto y) const {
        return blue::elementwise(LaplaceLogProb{scale}, y, output);
    }
    double variance(auto) const { return 2 * scale * scale; }
};

using WithNoise = blue::Sequential<blue::Linear<4, 2>, blue::LearnedNoise<2>>;
const blue::Elbo objective{blue::HeteroscedasticGaussian{}};
static_assert(std::is_same_v<blue::output_shape_of<WithNoise>, blue::shape<4>>);

using Net =
    blue::Sequential<blue::Linear<4, 3>, blue::ReLU, blue::Linear<3, 2, blue::without_bias>>;
static_assert(blue::random_variable_count<Net> == 3);
static_assert(blue::random_variable_names<Net>[2] == "2.weight");
static_assert(blue::variational_parameter_names<Net>[1] == "0._weight_log_std");
static_assert(blue::parameter_count<Net> == 2 * (12 + 3 + 6));
static_assert(blue::divergence_of<Net, 2, "weight"> == blue::Divergence::closed_form);
static_assert(blue::is_closed_form<Net>);

using Adaptive =
    blue::Sequential<blue::Linear<4, 8, blue::MeanFieldNormal, blue::LearnedScalePrior>>;
static_assert(blue::is_closed_form<Adaptive>);

static_assert(blue::VariationalDistribution<MeanFieldGumbel>);
static_assert(blue::Prior<StandardLogistic> && blue::Layer<Square>);
static_assert(blue::PriorFor<StayClose, blue::MeanFieldNormal>);
static_assert(!blue::PriorFor<StayClose, MeanFieldGumbel>);

TEST_CASE("a network with another estimator", "[doc]") {
    using Plain = Classifier<blue::MeanFieldNormal>;
    CHECK(blue::variational_parameter_names<Trained> == blue::variational_parameter_names<Plain>);
}

TEST_CASE("a prediction without draws", "[doc]") {
    const Trained net{blue::Seed{1}};
    const blue::Array<float> images({2, 784});
    const auto prediction =
        blue::predict(net, blue::Categorical{}, images, blue::MomentPropagation{});
    CHECK(prediction.probabilities.shape() == std::vector<blue::Index>{2, 10});
    CHECK(prediction.mutual_information[0] > 0);

    blue::Predictor predictor(net, blue::Categorical{}, blue::MomentPropagation{});
    const blue::ClassPrediction next = predictor(images);
    CHECK(next.probabilities[0] == prediction.probabilities[0]);
}

TEST_CASE("the distribution and the prior obey the laws") {
    CHECK(blue::testing::distribution_laws(MeanFieldGumbel{}, StandardLogistic{}).empty());
    CHECK(blue::testing::distribution_laws(blue::MeanFieldNormal{}, StayClose{}).empty());
}

TEST_CASE("the layers compute what they say") {
    const Squared net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(forward(net, tape, tape.input<blue::shape<3>>(x, 2)).samples.batch() == 2);

    const auto scale = blue::make<Scale>(blue::Seed{1});
    const auto result = forward(scale, tape, tape.input<blue::shape<8>>(x, 1), {.samples = 2});
    const auto y = result.samples.to_host();
    const auto draw = tape.draws()[0];
    for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t i = 0; i < 8; ++i) {
            const float factor = draw.weights[static_cast<blue::Index>(s) * draw.weight_stride +
                                              static_cast<blue::Index>(i)];
            CHECK(y[8 * s + i] == x[i] * factor);
        }
}

TEST_CASE("the likelihood trains and is evaluated") {
    using Line = blue::Sequential<blue::Linear<1, 1, blue::NonBayesian, blue::UniformPrior>>;
    const blue::Dataset<float> data{blue::Array<float>({3, 1}, {-1, 0, 1}),
                                    blue::Array<float>({3}, {-2, 1, 3})};
    const LaplaceNoise noise{.scale = 0.5};
    Line line{blue::Seed{1}};
    const double before = blue::evaluate(line, noise, data).negative_log_likelihood;
    blue::fit(line, blue::Elbo{noise}, data,
              {.epochs = 20, .samples = 1, .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 0.05});
    const auto report = blue::evaluate(line, noise, data);
    CHECK(report.negative_log_likelihood < before);
    const auto prediction = blue::predict(line, noise, data.inputs);
    double nats = 0;
    for (blue::Index i = 0; i < 3; ++i) {
        CHECK(prediction.aleatoric_variance[i] == Approx(0.5));
        CHECK(prediction.epistemic_variance[i] == 0);
        nats += std::abs(data.targets[i] - prediction.mean[i]) / 0.5 / 3;  // log(2 * 0.5) = 0
    }
    CHECK(report.negative_log_likelihood == Approx(nats).epsilon(1e-6));  // in float

    WithNoise net{blue::Seed{1}};
    const auto trained =
        blue::fit(net, objective,
                  blue::Dataset<float>{blue::Array<float>({3, 4}), blue::Array<float>({3, 2})},
                  {.progress = blue::Progress::none});
    CHECK(std::isfinite(trained.epochs[0].loss));
}
