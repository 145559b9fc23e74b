// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

#include <array>
#include <cmath>
#include <limits>

using namespace blue;
using namespace blue_test;

namespace {

using B = Cpu<double>;

/// The loss of given probabilities, rows of three classes.
double calibration_loss(const std::vector<double>& probabilities,
                        const std::vector<std::int32_t>& labels,
                        std::optional<double> threshold = {}) {
    Tape<B> tape;
    const Index rows = static_cast<Index>(labels.size());
    return detail::accuracy_versus_uncertainty(tape.input<shape<3>>(probabilities.data(), rows),
                                               make_labels(tape, labels.data(), rows, 3), threshold)
        .value();
}

double entropy(std::array<double, 3> p) {
    double sum = 0;
    for (double x : p) sum -= x * std::log(x);
    return sum;
}

using Net = SmallModel<MeanFieldNormal, MeanFieldNormal>;

}  // namespace

TEST_CASE("the loss of accuracy versus uncertainty in numbers", "[objectives]") {
    const std::array<double, 3> sure{0.9, 0.06, 0.04}, unsure{0.3, 0.45, 0.25};
    const std::vector<double> rows{0.9, 0.06, 0.04, 0.3, 0.45, 0.25,
                                   0.9, 0.06, 0.04, 0.3, 0.45, 0.25};
    // Accurate and certain, accurate and uncertain, inaccurate and certain, inaccurate and
    // uncertain.
    const std::vector<std::int32_t> labels{0, 1, 1, 0};
    const double c = std::tanh(entropy(sure)), u = std::tanh(entropy(unsure));
    const double ac = 0.9 * (1 - c), au = 0.45 * u, ic = 0.1 * (1 - c), iu = 0.55 * u;
    const double expected = std::log(1 + (au + ic) / (ac + iu));
    // Both small numbers that are added before a logarithm are 1e-10.
    CHECK(calibration_loss(rows, labels, 0.7) == Approx(expected).epsilon(1e-9));
    // Without a threshold it lies between both entropies, 0.39 and 1.07.
    CHECK(calibration_loss(rows, labels) == Approx(expected).epsilon(1e-9));
    CHECK(calibration_loss(rows, labels, 2) ==
          Approx(std::log(1 + (0.1 * (1 - c) + 0.55 * (1 - u)) / (ac + 0.45 * (1 - u))))
              .epsilon(1e-9));
    // Sure of what is right and unsure of what is wrong: nothing to gain. The other way round: the
    // largest loss, -log 1e-10.
    const std::vector<double> two(rows.begin(), rows.begin() + 6);
    CHECK(calibration_loss(two, {0, 0}) == Approx(0).margin(1e-9));
    CHECK(calibration_loss(two, {1, 1}, 0.7) == Approx(23.0258509).epsilon(1e-6));
    // All of one kind: the middle is their mean.
    CHECK(calibration_loss(two, {0, 1}) == Approx(std::log(1 + au / ac)).epsilon(1e-9));
}

TEST_CASE("it is added to any objective", "[objectives]") {
    const Net net{Seed{1}};
    const auto labels_of = [](auto& tape) {
        return make_labels(tape, small_labels().data(), small_batch, 4);
    };
    const auto check = [&](auto objective, double weight) {
        using Objective = decltype(objective);
        Tape<B> tape;
        const auto result = small_pass<Objective::scores>(net, tape);
        const auto plain = objective(result, labels_of(tape), DatasetSize{30});
        AccuracyVersusUncertainty calibrated{objective, {.weight = weight}};
        STATIC_REQUIRE(decltype(calibrated)::scores == Objective::scores);
        const auto loss = calibrated(result, labels_of(tape), DatasetSize{30});
        const double calibration = detail::accuracy_versus_uncertainty(
                                       mean_samples(softmax(result.samples)), labels_of(tape), {})
                                       .value();
        CHECK(calibration > 0.1);
        CHECK(loss.total.value() ==
              Approx(plain.total.value() + 30 * weight * calibration).epsilon(1e-14));
        CHECK(loss.values().data_fitting == plain.values().data_fitting);
        CHECK(loss.values().divergence == plain.values().divergence);
    };
    check(Elbo{Categorical{}}, 3);
    check(Elbo{Categorical{}}, 0);
    check(KullbackLeiblerLoss{Categorical{}}, 2);
    check(AnalyticalKullbackLeiblerLoss{Categorical{}}, 2);
    check(RenyiBound{Categorical{}}, 2);
}

TEST_CASE("gradients of the loss with accuracy versus uncertainty", "[objectives]") {
    Net net{Seed{1}};
    for (double weight : {0.5, 300.0}) {
        AccuracyVersusUncertainty objective{Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}},
                                            {.weight = weight}};
        // Fourth-order differences, see central_difference; no prediction is near the threshold.
        CHECK(testing::parameter_gradient_check(net, [&](auto& tape) {
                  return small_loss<Scores::divergence>(net, tape, objective).total;
              }).error < 1e-8);
    }
}

TEST_CASE("fit trains the calibration", "[objectives]") {
    // Points of which a quarter is labelled wrongly: the network must be unsure.
    Dataset<std::int32_t> data{Array<float>({60, 3}), Array<std::int32_t>({60})};
    for (Index i = 0; i < 60; ++i) {
        for (Index k = 0; k < 3; ++k)
            data.inputs[3 * i + k] =
                static_cast<float>(std::sin(1.0 + static_cast<double>(3 * i + k)));
        data.targets[i] = (data.inputs[3 * i] > 0) != (i % 4 == 0) ? 1 : 0;
    }
    const auto trained = [&](double weight) {
        SmallModel<MeanFieldNormal, MeanFieldNormal, Cpu<float>> net{Seed{1}};
        AccuracyVersusUncertainty objective{Elbo{Categorical{}, {.heat = 0.1}}, {.weight = weight}};
        fit(net, objective, data,
            {.epochs = 100, .batch_size = 60, .samples = 4, .progress = Progress::none},
            Adam{.learning_rate = 1e-2});
        Tape<Cpu<float>> tape;
        const auto result = forward<Scores::none>(
            net, tape, tape.input<shape<3>>(data.inputs.data(), 60), {.samples = 200});
        return detail::accuracy_versus_uncertainty(mean_samples(softmax(result.samples)),
                                                   make_labels(tape, data.targets.data(), 60, 4),
                                                   {})
            .value();
    };
    // 0.65 against 0.92 (the seed is fixed).
    CHECK(trained(3) < 0.85f * trained(0));
}

TEST_CASE("weights and thresholds that make no sense", "[objectives]") {
    const Net net{Seed{1}};
    const auto run = [&](AccuracyVersusUncertaintyOptions options) {
        Tape<B> tape;
        small_loss<Scores::divergence>(
            net, tape,
            AccuracyVersusUncertainty{Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}},
                                      options});
    };
    CHECK(message_of<ValueError>([&] { run({.weight = -1}); }) ==
          "AccuracyVersusUncertainty: expected a finite weight of at least 0, got -1");
    CHECK(message_of<ValueError>([&] { run({.threshold = -0.5}); }) ==
          "AccuracyVersusUncertainty: expected a finite threshold of at least 0, got -0.5");
    CHECK_THROWS_AS(run({.weight = std::numeric_limits<double>::infinity()}), ValueError);
    CHECK_NOTHROW(run({.threshold = 0}));
}
