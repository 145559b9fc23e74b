// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/classification.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using blue::Array;
using namespace blue::metrics;

namespace {

// Doubles: the expected values are sums of a handful of terms, so they agree to a few ulp.
constexpr double rounding = 1e-14;

const Array<double> probabilities({4, 3}, {0.7, 0.2, 0.1,  //
                                           0.1, 0.3, 0.6,  //
                                           0.4, 0.4, 0.2,  //
                                           0.0, 0.0, 1.0});
const Array<std::int32_t> labels({4}, {0, 1, 0, 2});

}  // namespace

TEST_CASE("the predicted class is the first most probable one") {
    const auto classes = predicted_classes(probabilities);
    CHECK(std::vector<int>(classes.begin(), classes.end()) == std::vector<int>{0, 2, 0, 2});
}

TEST_CASE("accuracy counts right predictions") {
    CHECK(accuracy(probabilities, labels) == 0.75);
    CHECK(accuracy(probabilities, Array<std::uint8_t>({4}, {1, 1, 1, 1})) == 0.0);
    CHECK(accuracy(Array<float>({1, 2}, {0.25f, 0.75f}), Array<std::int64_t>({1}, {1})) == 1.0);
}

TEST_CASE("the negative log likelihood is a mean in nats") {
    const double expected = -(std::log(0.7) + std::log(0.3) + std::log(0.4) + std::log(1.0)) / 4;
    CHECK(std::abs(negative_log_likelihood(probabilities, labels) - expected) < rounding);
    // A label that was held impossible.
    CHECK(negative_log_likelihood(probabilities, Array<std::int32_t>({4}, {0, 1, 0, 0})) ==
          std::numeric_limits<double>::infinity());
    // Uniform over C classes: log C.
    const Array<double> uniform({1, 4}, {0.25, 0.25, 0.25, 0.25});
    CHECK(std::abs(negative_log_likelihood(uniform, Array<std::int32_t>({1}, {3})) - std::log(4)) <
          rounding);
}

TEST_CASE("the Brier score goes from 0 to 2") {
    const double expected = (0.09 + 0.04 + 0.01 +  //
                             0.01 + 0.49 + 0.36 +  //
                             0.36 + 0.16 + 0.04 + 0) /
                            4;
    CHECK(std::abs(brier_score(probabilities, labels) - expected) < rounding);
    const Array<double> sure({1, 2}, {1, 0});
    CHECK(brier_score(sure, Array<std::int32_t>({1}, {0})) == 0.0);
    CHECK(brier_score(sure, Array<std::int32_t>({1}, {1})) == 2.0);
}

TEST_CASE("inputs are checked") {
    const Array<std::int32_t> few({3}, {0, 1, 0}), high({4}, {0, 1, 0, 3});
    Array<double> logits = probabilities;
    logits[0] = 5;
    CHECK_THROWS_AS(accuracy(probabilities, few), blue::ShapeError);
    CHECK_THROWS_AS(accuracy(probabilities, high), blue::ValueError);
    CHECK_THROWS_AS(accuracy(logits, labels), blue::ValueError);
    CHECK_THROWS_AS(negative_log_likelihood(probabilities, high), blue::ValueError);
    CHECK_THROWS_AS(brier_score(logits, labels), blue::ValueError);
    CHECK_THROWS_AS(predicted_classes(Array<double>({3})), blue::ShapeError);
}
