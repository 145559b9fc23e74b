// SPDX-License-Identifier: BSD-3-Clause
#include <blue/train/prediction.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using blue::Index;

TEST_CASE("the most probable class, and the first of equal ones") {
    const blue::ClassPrediction prediction{
        blue::Array<double>({3, 3}, {0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1}), {}, {}, {}};
    CHECK(prediction.classes() == std::vector<std::int32_t>{1, 0, 2});
}

TEST_CASE("draws that contradict each other are uncertainty about the weights") {
    blue::detail::ClassPredictor predictor({2, 2});
    const std::vector<double> sure_of_first{1, 0}, sure_of_second{0, 1}, unsure{0.5, 0.5};
    for (Index draw : {0, 1})
        predictor.add({0, 1, draw, 1, 2},
                      [&](Index) { return (draw == 0 ? sure_of_first : sure_of_second).data(); });
    for (Index draw : {0, 1})
        predictor.add({1, 1, draw, 1, 2}, [&](Index) { return unsure.data(); });
    const blue::ClassPrediction prediction = predictor.result(2);
    const double ln2 = std::log(2.0);
    for (Index i = 0; i < 4; ++i) CHECK(prediction.probabilities[i] == 0.5);
    for (Index i = 0; i < 2; ++i) CHECK(prediction.predictive_entropy[i] == Approx(ln2));
    CHECK(prediction.expected_entropy[0] == 0);
    CHECK(prediction.mutual_information[0] == Approx(ln2));
    CHECK(prediction.expected_entropy[1] == Approx(ln2));
    CHECK(prediction.mutual_information[1] == Approx(0).margin(1e-15));
}

TEST_CASE("variances within and between draws") {
    blue::detail::RealPredictor predictor({1, 2});
    const double means[3][2] = {{1e9, -1}, {1e9 + 1, 0}, {1e9 + 2, 4}};
    const double variances[3][2] = {{1, 2}, {2, 2}, {6, 2}};
    for (Index draw = 0; draw < 3; ++draw) predictor.add(0, 1, means[draw], variances[draw], draw);
    const blue::RealPrediction prediction = predictor.result(3);
    CHECK(prediction.mean[0] == 1e9 + 1);
    CHECK(prediction.mean[1] == Approx(1).epsilon(1e-15));
    CHECK(prediction.aleatoric_variance[0] == 3);
    CHECK(prediction.aleatoric_variance[1] == 2);
    // With divisor 2, and exact in spite of the large mean.
    CHECK(prediction.epistemic_variance[0] == 1);
    CHECK(prediction.epistemic_variance[1] == Approx(7).epsilon(1e-15));
    CHECK(prediction.std()[0] == 2);
}
