// SPDX-License-Identifier: BSD-3-Clause
#include <blue/train/evaluate.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "train/toys.hpp"

#include <cmath>
#include <limits>
#include <vector>

using blue::Array;
using blue::Index;
using blue_test::Classifier;
using blue_test::message_of;
using blue_test::Regressor;

namespace metrics = blue::metrics;

TEST_CASE("a class report has what the metrics give") {
    const Classifier net{blue::Seed{1}};
    const auto data = blue_test::three_classes(60);
    const blue::PredictOptions options{.samples = 7, .batch_size = 13, .seed = blue::Seed{4}};
    const auto report = blue::evaluate(net, blue::Categorical{}, data, options);
    const auto prediction = blue::predict(net, blue::Categorical{}, data.inputs, options);
    const Array<double>& p = prediction.probabilities;
    CHECK(report.accuracy == metrics::accuracy(p, data.targets));
    CHECK(report.negative_log_likelihood == metrics::negative_log_likelihood(p, data.targets));
    CHECK(report.expected_calibration_error ==
          metrics::expected_calibration_error(p, data.targets));
    double entropy = 0, information = 0;
    for (Index i = 0; i < 60; ++i) {
        entropy += prediction.predictive_entropy[i];
        information += prediction.mutual_information[i];
    }
    CHECK(report.predictive_entropy == entropy / 60);
    CHECK(report.mutual_information == information / 60);
    // Different numbers each, so that none stands in another's place.
    CHECK(report.mutual_information < report.predictive_entropy);
    CHECK(report.accuracy < 1);
}

TEST_CASE("a report of numbers has what the metrics give") {
    const Regressor net{blue::Seed{1}};
    const auto data = blue_test::sine(40);
    const blue::Gaussian likelihood{.std = 0.3};
    const auto report = blue::evaluate(net, likelihood, data, {.samples = 7});
    const auto prediction = blue::predict(net, likelihood, data.inputs, {.samples = 7});
    Array<float> targets = data.targets;
    targets.reshape({40, 1});
    CHECK(report.root_mean_squared_error ==
          metrics::root_mean_squared_error(prediction.mean, targets));
    // Draw by draw: -log of the mean density.
    double nats = 0;
    std::vector<double> density(40);
    for (Index s = 0; s < 7; ++s) {
        blue::Tape<blue::Cpu<float>> tape;
        const auto x = tape.input<blue::shape<1>>(data.inputs.data(), 40);
        const auto draw = blue::forward(net, tape, x,
                                        {.samples = 1,
                                         .seed = blue::PredictOptions{}.seed,
                                         .pass = blue::detail::prediction_pass,
                                         .first_sample = s})
                              .samples.to_host();
        for (std::size_t i = 0; i < 40; ++i) {
            const double z = (double(targets[Index(i)]) - double(draw[i])) / 0.3;
            density[i] += std::exp(-z * z / 2) / (0.3 * std::sqrt(2 * std::acos(-1.0))) / 7;
        }
    }
    for (double p : density) nats -= std::log(p) / 40;
    // Log densities of order 1 in float.
    CHECK(report.negative_log_likelihood == Approx(nats).epsilon(1e-5));
    // Not the normal with the same mean and variance, which given predictions are compared with.
    const auto given = blue::evaluate(prediction, targets);
    CHECK(given.root_mean_squared_error == report.root_mean_squared_error);
    CHECK(given.negative_log_likelihood ==
          metrics::normal_negative_log_likelihood(prediction.mean, prediction.std(), targets));
    CHECK(std::abs(given.negative_log_likelihood - nats) > 0.05);
}

TEST_CASE("batches and chunks of draws do not change a report of numbers") {
    const Regressor net{blue::Seed{1}};
    const auto data = blue_test::sine(40);
    const auto report = [&](Index batch_size, Index chunk) {
        return blue::evaluate(net, blue::Gaussian{.std = 0.3}, data,
                              {.samples = 7, .batch_size = batch_size, .samples_per_chunk = chunk});
    };
    const auto expected = report(40, 1);
    for (const auto& other : {report(40, 3), report(40, 100), report(7, 2)}) {
        // Products of another size round differently, by some 1e-7 in float.
        CHECK(other.negative_log_likelihood ==
              Approx(expected.negative_log_likelihood).epsilon(1e-5));
        CHECK(other.root_mean_squared_error ==
              Approx(expected.root_mean_squared_error).epsilon(1e-5));
    }
}

TEST_CASE("densities that no double can hold are averaged") {
    blue::detail::LogMeanExp average;
    for (double x : {-2000.0, -2001.0, -std::numeric_limits<double>::infinity()}) average.add(0, x);
    for (double x : {-std::numeric_limits<double>::infinity(), 3.0, 3.0}) average.add(1, x);
    CHECK(average.mean(3) ==
          Approx((-2000 + std::log(1 + std::exp(-1)) + 3 + std::log(2)) / 2 - std::log(3))
              .epsilon(1e-14));
}

TEST_CASE("a density that is no number is not left out of its average") {
    blue::detail::LogMeanExp average;
    for (double x : {std::nan(""), 3.0}) average.add(0, x);
    CHECK(std::isnan(average.mean(2)));
}

TEST_CASE("outcomes are reported as two classes") {
    const blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
    blue::Dataset<float> data{Array<float>({30, 2}), Array<float>({30, 3})};
    for (Index i = 0; i < 60; ++i) data.inputs[i] = blue_test::number(3, i);
    for (Index i = 0; i < 90; ++i) data.targets[i] = i % 4 == 0 ? 1 : 0;
    const auto report = blue::evaluate(net, blue::Bernoulli{}, data, {.samples = 5});
    const auto prediction =
        blue::predict(net, blue::Bernoulli{}, data.inputs, {.samples = 5}).probabilities;
    double nats = 0, right = 0;
    for (Index i = 0; i < 90; ++i) {
        const double p = prediction[2 * i + (i % 4 == 0 ? 1 : 0)];
        nats -= std::log(p) / 90;
        right += p > 0.5 ? 1.0 / 90 : 0;
    }
    CHECK(report.negative_log_likelihood == Approx(nats).epsilon(1e-13));
    CHECK(report.accuracy == Approx(right).epsilon(1e-13));
}

TEST_CASE("given predictions are evaluated, by hand") {
    blue::ClassPrediction classes{Array<double>({2, 2}, {0.75, 0.25, 0.4, 0.6}),
                                  Array<double>({2}, {0.5, 0.6}), Array<double>({2}, {0.4, 0.2}),
                                  Array<double>({2}, {0.1, 0.4})};
    const auto report = blue::evaluate(classes, Array<std::int32_t>({2}, {0, 0}));
    CHECK(report.accuracy == 0.5);
    CHECK(report.negative_log_likelihood == Approx(-(std::log(0.75) + std::log(0.4)) / 2));
    CHECK(report.predictive_entropy == Approx(0.55));
    CHECK(report.mutual_information == Approx(0.25));
    // 0.75 was right and 0.6 was wrong: two bins, each with half of the examples.
    CHECK(report.expected_calibration_error == Approx((0.25 + 0.6) / 2));

    const blue::RealPrediction numbers{Array<double>({2, 1}, {1, 2}), Array<double>({2, 1}, {3, 3}),
                                       Array<double>({2, 1}, {1, 6})};
    const auto real = blue::evaluate(numbers, Array<double>({2}, {1, 5}));
    CHECK(real.root_mean_squared_error == Approx(std::sqrt(4.5)));
    // N(1, 2^2) at its mean and N(2, 3^2) one standard deviation away: log 2 and log 3 + 1/2.
    CHECK(real.negative_log_likelihood ==
          Approx((std::log(2) + std::log(3) + 0.5) / 2 + std::log(2 * std::acos(-1.0)) / 2));
}

TEST_CASE("several classifications per input count as examples") {
    blue::ClassPrediction classes{Array<double>({1, 2, 2}, {0.75, 0.25, 0.4, 0.6}),
                                  Array<double>({1, 2}), Array<double>({1, 2}),
                                  Array<double>({1, 2})};
    CHECK(blue::evaluate(classes, Array<std::int32_t>({1, 2}, {0, 1})).accuracy == 1);
    CHECK(blue::evaluate(classes, Array<std::int64_t>({1, 2}, {0, 0})).accuracy == 0.5);
}

TEST_CASE("certain numbers have an error but no density") {
    const blue::Sequential<blue::Linear<1, 1, blue::NonBayesian, blue::UniformPrior>> net{
        blue::Seed{1}};
    const auto report = blue::evaluate(net, blue::PointEstimate{}, blue_test::sine(10));
    CHECK(report.root_mean_squared_error > 0.1);
    CHECK(std::isnan(report.negative_log_likelihood));
    // One certain number among uncertain ones is enough.
    const blue::RealPrediction numbers{Array<double>({2}), Array<double>({2}, {0, 1}),
                                       Array<double>({2})};
    CHECK(std::isnan(blue::evaluate(numbers, Array<float>({2})).negative_log_likelihood));
}

TEST_CASE("data that do not fit are errors") {
    const Classifier net{blue::Seed{1}};
    auto data = blue_test::three_classes(4);
    data.targets[3] = 7;
    CHECK(message_of<blue::ValueError>([&] { blue::evaluate(net, blue::Categorical{}, data); }) ==
          "evaluate: expected labels in [0, 3), got 7 for example 3 (counted from 0)");
    data.targets = Array<std::int32_t>({3});
    CHECK(
        message_of<blue::ShapeError>([&] { blue::evaluate(net, blue::Categorical{}, data); }) ==
        "evaluate: expected one target per input, got inputs of shape (4, 2) and targets of shape "
        "(3)");
    data = blue_test::three_classes(4);
    data.inputs[3] = std::numeric_limits<float>::infinity();
    CHECK(
        message_of<blue::NumericalError>([&] { blue::evaluate(net, blue::Categorical{}, data); }) ==
        "evaluate: expected finite inputs, got inf in example 1 at position 1 (counted from 0)");

    const auto prediction = blue::predict(net, blue::Categorical{}, Array<float>({4, 2}));
    CHECK_THROWS_AS(blue::evaluate(prediction, Array<std::int32_t>({3})), blue::ShapeError);
    CHECK_THROWS_AS(blue::evaluate(prediction, Array<std::int32_t>({4}, {0, 1, 2, 3})),
                    blue::ValueError);
    const auto numbers = blue::predict(net, blue::Gaussian{}, Array<float>({4, 2}));
    CHECK_THROWS_AS(blue::evaluate(numbers, Array<float>({4})), blue::ShapeError);
}

TEST_CASE("means") {
    CHECK(blue::mean_of(Array<double>({4}, {1, 2, 3, 6})) == 3);
}
