// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/uncertainty.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

using blue::Array;
using blue::Index;
using namespace blue::metrics;

namespace {

constexpr double rounding = 1e-14;  // of sums of a handful of doubles

/// Two draws, two examples: disagreement with entropy, entropy without disagreement.
const Array<double> samples({2, 2, 3}, {0.7, 0.2, 0.1, 0.5, 0.5, 0,  //
                                        0.1, 0.2, 0.7, 0.5, 0.5, 0});

}  // namespace

TEST_CASE("uncertainties of two draws") {
    const auto mean = mean_probabilities(samples);
    CHECK(mean.shape() == std::vector<Index>{2, 3});
    CHECK(std::abs(mean[0] - 0.4) < rounding);
    CHECK(mean[5] == 0.0);
    // By scipy.stats.entropy 1.17
    const auto total = predictive_entropy(samples);
    CHECK(total.shape() == std::vector<Index>{2});
    CHECK(std::abs(total[0] - 1.0549201679861442) < rounding);
    CHECK(std::abs(total[1] - std::log(2)) < rounding);
    const auto aleatoric = expected_entropy(samples);
    CHECK(std::abs(aleatoric[0] - 0.8018185525433373) < rounding);
    CHECK(std::abs(aleatoric[1] - std::log(2)) < rounding);
    const auto epistemic = mutual_information(samples);
    CHECK(std::abs(epistemic[0] - 0.25310161544280685) < rounding);
    CHECK(epistemic[1] == 0.0);
}

TEST_CASE("the extremes") {
    // Draws that are sure of different classes: everything is epistemic.
    const Array<double> disagreeing({2, 1, 2}, {1, 0, 0, 1});
    CHECK(std::abs(predictive_entropy(disagreeing)[0] - std::log(2)) < rounding);
    CHECK(expected_entropy(disagreeing)[0] == 0.0);
    CHECK(std::abs(mutual_information(disagreeing)[0] - std::log(2)) < rounding);
    const Array<double> nearly_sure({2, 1, 2}, {1, 1e-300, 1e-300, 1});
    CHECK(std::abs(mutual_information(nearly_sure)[0] - std::log(2)) < rounding);
    // Sure and agreeing.
    const Array<float> sure({2, 1, 2}, {1, 0, 1, 0});
    CHECK(predictive_entropy(sure)[0] == 0.0);
    CHECK(mutual_information(sure)[0] == 0.0);
    // One draw says nothing about the weights.
    const Array<float> one({1, 1, 3}, {0.2f, 0.3f, 0.5f});
    CHECK(mutual_information(one)[0] == 0.0);
    // Uniform over ten classes.
    const Array<double> uniform({1, 10}, std::vector<double>(10, 0.1));
    CHECK(std::abs(predictive_entropy(uniform)[0] - std::log(10)) < rounding);
}

TEST_CASE("the total is the sum of both parts") {
    std::mt19937 random(2);
    Array<float> draws({20, 30, 10});
    for (Index row = 0; row < 600; ++row) {
        float sum = 0;
        for (Index c = 0; c < 10; ++c)
            sum += draws[row * 10 + c] = std::exp(static_cast<float>(random() % 1000) / 100);
        for (Index c = 0; c < 10; ++c) draws[row * 10 + c] /= sum;
    }
    const auto total = predictive_entropy(draws);
    const auto aleatoric = expected_entropy(draws);
    const auto epistemic = mutual_information(draws);
    const auto of_mean = predictive_entropy(mean_probabilities(draws));
    for (Index i = 0; i < 30; ++i) {
        // The parts are computed in different ways from 200 terms: 1e-13 is some 500 ulp of 1.
        CHECK(std::abs(total[i] - aleatoric[i] - epistemic[i]) < 1e-13);
        CHECK(total[i] == of_mean[i]);
        CHECK(epistemic[i] > 0);
    }
}

TEST_CASE("a small mutual information keeps its digits") {
    // Draws 1/2 +- d: I = 2 d^2 + O(d^4) = 2e-14. A difference of entropies, which are multiples of
    // 1e-16, would be wrong in the third digit. Here the terms of order d have the relative error
    // 1e-16, and 1e-16 d is 1e-9 of d^2.
    const double d = 1e-7;
    const Array<double> draws({2, 1, 2}, {0.5 + d, 0.5 - d, 0.5 - d, 0.5 + d});
    CHECK(std::abs(mutual_information(draws)[0] / (2 * d * d) - 1) < 1e-7);
}

TEST_CASE("the area under the curve by hand and by scikit-learn") {
    const auto scores = [](const std::vector<double>& values) {
        return Array<double>({static_cast<Index>(values.size())}, values);
    };
    CHECK(auroc(scores({1, 2, 3}), scores({4, 5})) == 1.0);
    CHECK(auroc(scores({4, 5}), scores({1, 2, 3})) == 0.0);
    CHECK(auroc(scores({1, 1}), scores({1, 1, 1})) == 0.5);
    // sklearn.metrics.roc_auc_score 1.9: 0.675
    CHECK(std::abs(auroc(scores({0.1, 0.4, 0.4, 0.8, 0.3}), scores({0.4, 0.9, 0.8, 0.2})) - 0.675) <
          rounding);
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(auroc(scores({0, -infinity}), scores({infinity, 0})) == 0.875);
    CHECK(auroc(Array<float>({1}, {1}), Array<int>({1}, {2})) == 1.0);
}

TEST_CASE("ranks agree with counting all pairs") {
    std::mt19937 random(3);
    Array<double> usual({50}), unusual({70});
    for (double& score : usual) score = static_cast<double>(random() % 20);
    for (double& score : unusual) score = static_cast<double>(random() % 30);
    double wins = 0;
    for (double a : usual)
        for (double b : unusual) wins += b > a ? 1 : (b == a ? 0.5 : 0);
    CHECK(std::abs(auroc(usual, unusual) - wins / (50.0 * 70)) < rounding);
}

TEST_CASE("inputs are checked") {
    using blue_test::message_of;
    CHECK(message_of<blue::ShapeError>([] {
              mutual_information(Array<double>({2, 3}));
          }) ==
          "mutual_information: expected samples of probabilities of shape (S, N, C) without empty "
          "axes, got (2, 3)");
    CHECK_THROWS_AS(predictive_entropy(Array<double>({3})), blue::ShapeError);
    CHECK_THROWS_AS(expected_entropy(Array<double>({0, 2, 3})), blue::ShapeError);
    CHECK(message_of<blue::ValueError>([] {
              expected_entropy(Array<double>({1, 1, 2}));
          }) ==
          "expected_entropy: expected probabilities that sum to 1 over the classes, got the sum 0 "
          "in row 0");
    CHECK_THROWS_AS(mean_probabilities(Array<double>({1, 1, 2})), blue::ValueError);
    CHECK_THROWS_AS(predictive_entropy(Array<double>({1, 1, 2})), blue::ValueError);
    CHECK_THROWS_AS(mutual_information(Array<double>({1, 1, 2})), blue::ValueError);
    CHECK_THROWS_AS(auroc(Array<double>({0}), Array<double>({1})), blue::ShapeError);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(message_of<blue::ValueError>([&] {
              auroc(Array<double>({1}), Array<double>({1}, {nan}));
          }) == "auroc: expected scores, got NaN among those of the unusual inputs");
}
