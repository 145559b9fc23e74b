// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/regression.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

using blue::Array;
using blue::Index;
using namespace blue::metrics;
using blue_test::message_of;

namespace {

constexpr double rounding = 1e-14;  // of sums of a handful of doubles

template <class T = double>
Array<T> column(const std::vector<T>& values) {
    return Array<T>({static_cast<Index>(values.size())}, values);
}

const auto mean = column({0.0, 2.0, -1.0});
const auto sigma = column({1.0, 0.5, 3.0});
const auto target = column({0.7, 1.2, -1.0});

/// Standard normals (Box and Muller 1958).
Array<double> normals(std::vector<Index> shape, unsigned seed) {
    std::mt19937 random(seed);
    const auto uniform = [&] { return (static_cast<double>(random()) + 0.5) / 4294967296.0; };
    Array<double> array(std::move(shape));
    for (double& z : array) {
        const double radius = std::sqrt(-2 * std::log(uniform()));
        z = radius * std::cos(2 * std::numbers::pi * uniform());
    }
    return array;
}

}  // namespace

TEST_CASE("root mean squared error") {
    CHECK(root_mean_squared_error(column({1.0, 2.0}), column({1.0, 2.0})) == 0.0);
    CHECK(root_mean_squared_error(column({1.0, 2.0, 3.0, 4.0}), column({2.0, 1.0, 4.0, 3.0})) ==
          1.0);
    CHECK(std::abs(
              root_mean_squared_error(Array<float>({2, 1}, {0, 0}), Array<double>({2, 1}, {3, 4})) -
              std::sqrt(12.5)) < rounding);
}

TEST_CASE("negative log likelihood of normal predictions") {
    // By scipy.stats.norm.logpdf 1.17
    const double expected = (1.1639385332046726 + 1.5057913526447275 + 2.0175508218727822) / 3;
    CHECK(std::abs(normal_negative_log_likelihood(mean, sigma, target) - expected) < rounding);
}

TEST_CASE("coverage of intervals includes the ends") {
    const auto lower = column({0.0, 0.0, 0.0, 0.0}), upper = column({1.0, 1.0, 1.0, 0.0});
    CHECK(interval_coverage(lower, upper, column({0.0, 1.0, 1.1, 0.0})) == 0.75);
}

TEST_CASE("coverage of normal intervals") {
    // |z| = 0.7, 1.6, 0: the central intervals that reach them have the levels 0.516, 0.890, 0.
    CHECK(normal_interval_coverage(mean, sigma, target, 0.4) == Approx(1.0 / 3));
    CHECK(normal_interval_coverage(mean, sigma, target, 0.55) == Approx(2.0 / 3));
    CHECK(normal_interval_coverage(mean, sigma, target, 0.9) == 1.0);
    const double edge = 1.959963984540054;  // of the level 0.95
    const auto zero = column({0.0, 0.0}), one = column({1.0, 1.0});
    CHECK(normal_interval_coverage(zero, one, column({edge - 1e-9, -edge + 1e-9}), 0.95) == 1.0);
    CHECK(normal_interval_coverage(zero, one, column({edge + 1e-9, -edge - 1e-9}), 0.95) == 0.0);
}

TEST_CASE("central intervals of draws are those of numpy.quantile") {
    const Array<double> samples({4, 2}, {3, 1, -1, 1, 0.5, 1, 2, 1});
    const auto [lower, upper] = central_interval(samples, 0.8);
    CHECK(lower.shape() == std::vector<Index>{2});
    CHECK(std::abs(lower[0] - -0.55) < rounding);
    CHECK(std::abs(upper[0] - 2.7) < rounding);
    CHECK(lower[1] == 1.0);
    CHECK(upper[1] == 1.0);
    const auto [only_lower, only_upper] = central_interval(Array<float>({1}, {5}), 0.9);
    CHECK(only_lower.shape().empty());
    CHECK(only_lower[0] == 5.0);
    CHECK(only_upper[0] == 5.0);
}

TEST_CASE("the score of normal predictions is the integral of its definition") {
    // Integrals of (F(x) - [x >= y])^2 by scipy.integrate.quad
    const double expected = (0.4215691700734639 + 0.5411471761862847 + 0.7010849317653272) / 3;
    CHECK(std::abs(crps_normal(mean, sigma, target) - expected) < 1e-10);  // of the integration
    // A nearly certain prediction: the absolute error.
    CHECK(std::abs(crps_normal(column({1.0}), column({1e-12}), column({3.5})) - 2.5) < 1e-11);
}

TEST_CASE("scores of draws by hand and by all pairs") {
    const Array<double> samples({4, 1}, {3, -1, 0.5, 2});
    CHECK(std::abs(crps_ensemble(samples, column({1.0})) - 0.53125) < rounding);
    CHECK(std::abs(fair_crps_ensemble(samples, column({1.0})) - 0.25) < rounding);
    // One draw: the absolute error.
    CHECK(crps_ensemble(Array<float>({1, 2}, {1, 2}), column({3.0, 3.0})) == 1.5);
    // Far from 0 nothing is lost: the numbers are exact, and so are their differences.
    const double far = 1 << 30;
    const Array<double> shifted({4, 1}, {far + 3, far - 1, far + 0.5, far + 2});
    CHECK(std::abs(crps_ensemble(shifted, column({far + 1})) - 0.53125) < rounding);
}

TEST_CASE("the score of many draws approaches that of their distribution") {
    // 4000 draws for each of 50 targets. The fair score is unbiased. Its standard deviation for one
    // target is below sd|x - y| / sqrt(4000) = 1 / 63, so 0.0023 for the mean of 50: 0.012 is five
    // times that. The seed is fixed: no false alarms.
    const auto draws = normals({4000, 50}, 4);
    const auto targets = normals({50}, 5);
    const double exact = crps_normal(Array<double>({50}),
                                     Array<double>({50}, std::vector<double>(50, 1.0)), targets);
    CHECK(std::abs(fair_crps_ensemble(draws, targets) - exact) < 0.012);
    CHECK(crps_ensemble(draws, targets) > fair_crps_ensemble(draws, targets));
    // And the intervals of calibrated draws hold 90 % of the targets: the standard deviation for 50
    // targets is sqrt(0.09 / 50) = 0.042, 0.15 is 3.5 times that.
    const auto [lower, upper] = central_interval(draws, 0.9);
    CHECK(std::abs(interval_coverage(lower, upper, targets) - 0.9) < 0.15);
}

TEST_CASE("inputs are checked") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto two = column({1.0, 2.0}), bad = column({1.0, nan});
    CHECK(message_of<blue::ShapeError>([&] { root_mean_squared_error(two, target); }) ==
          "root_mean_squared_error: expected prediction and target of the same shape without empty "
          "axes, got (2) and (3)");
    CHECK_THROWS_AS(root_mean_squared_error(Array<double>(), Array<double>()), blue::ShapeError);
    CHECK(message_of<blue::ValueError>([&] { root_mean_squared_error(bad, two); }) ==
          "root_mean_squared_error: expected finite numbers, got nan in prediction at element 1");
    CHECK(message_of<blue::ValueError>([&] {
              crps_normal(two, column({1.0, -1e-9}), two);
          }) == "crps_normal: expected positive standard deviations, got -1e-09 at element 1");
    CHECK_THROWS_AS(normal_negative_log_likelihood(two, column({1.0, 0.0}), two), blue::ValueError);
    CHECK_THROWS_AS(normal_negative_log_likelihood(two, bad, two), blue::ValueError);
    CHECK_THROWS_AS(normal_negative_log_likelihood(two, sigma, two), blue::ShapeError);
    CHECK(message_of<blue::ValueError>([&] { normal_interval_coverage(two, two, two, 1); }) ==
          "normal_interval_coverage: expected a level between 0 and 1, got 1");
    CHECK_THROWS_AS(central_interval(two, 0), blue::ValueError);
    CHECK_THROWS_AS(central_interval(bad, 0.5), blue::ValueError);
    CHECK_THROWS_AS(central_interval(Array<double>({0, 2}), 0.5), blue::ShapeError);
    CHECK(message_of<blue::ValueError>([&] {
              interval_coverage(two, column({1.0, 1.5}), two);
          }) == "interval_coverage: expected lower <= upper, got 2 and 1.5 at element 1");
    CHECK_THROWS_AS(interval_coverage(bad, two, two), blue::ValueError);
    CHECK(
        message_of<blue::ShapeError>([&] {
            crps_ensemble(Array<double>({4, 3}), two);
        }) ==
        "crps_ensemble: expected samples of shape (S, ...) for targets of shape (...), got (4, 3) "
        "and (2)");
    CHECK_THROWS_AS(crps_ensemble(two, two), blue::ShapeError);
    CHECK(message_of<blue::ValueError>([&] {
              fair_crps_ensemble(Array<double>({1, 2}), two);
          }) == "fair_crps_ensemble: expected at least 2 draws, got 1");
}
