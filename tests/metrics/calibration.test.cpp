// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/calibration.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

using blue::Array;
using blue::Index;
using namespace blue::metrics;

namespace {

// Doubles: bins hold a handful of examples, so sums agree to a few ulp.
constexpr double rounding = 1e-14;

struct Predictions {
    Array<double> probabilities;
    Array<std::int32_t> labels;
};

/// Two classes; class 0 has the given confidences, and the label is 0 where right.
Predictions predictions(const std::vector<double>& confidences, const std::vector<bool>& right) {
    const auto n = static_cast<Index>(confidences.size());
    Predictions result{Array<double>({n, 2}), Array<std::int32_t>({n})};
    for (Index i = 0; i < n; ++i) {
        result.probabilities[2 * i] = confidences[static_cast<std::size_t>(i)];
        result.probabilities[2 * i + 1] = 1 - confidences[static_cast<std::size_t>(i)];
        result.labels[i] = right[static_cast<std::size_t>(i)] ? 0 : 1;
    }
    return result;
}

const Predictions six =
    predictions({0.55, 0.65, 0.6, 0.9, 0.95, 1.0}, {true, false, true, true, false, true});

}  // namespace

TEST_CASE("bins of equal width include their upper edge") {
    const auto bins = reliability_bins(six.probabilities, six.labels, 5);
    REQUIRE(bins.size() == 5);
    CHECK(bins[1].count == 0);
    CHECK(bins[1].confidence == 0.0);
    CHECK(bins[2].count == 2);  // 0.55, and 0.6 on the edge
    CHECK(std::abs(bins[2].confidence - 0.575) < rounding);
    CHECK(bins[2].accuracy == 1.0);
    CHECK(bins[3].count == 1);
    CHECK(bins[3].accuracy == 0.0);
    CHECK(bins[4].count == 3);  // with 1.0
    CHECK(std::abs(bins[4].confidence - 0.95) < rounding);
    CHECK(std::abs(bins[4].accuracy - 2.0 / 3) < rounding);
    CHECK(std::abs(bins[4].lower - 0.8) < rounding);
    CHECK(bins[4].upper == 1.0);
}

TEST_CASE("calibration errors by hand") {
    // |1 - 0.575| * 2, |0 - 0.65| * 1, |2/3 - 0.95| * 3
    const double expected = (0.425 * 2 + 0.65 + (0.95 - 2.0 / 3) * 3) / 6;
    CHECK(std::abs(expected_calibration_error(six.probabilities, six.labels, 5) - expected) <
          rounding);
    CHECK(std::abs(maximum_calibration_error(six.probabilities, six.labels, 5) - 0.65) < rounding);
    // One bin: the difference of mean confidence and accuracy.
    const double mean = (0.55 + 0.65 + 0.6 + 0.9 + 0.95 + 1.0) / 6;
    for (auto binning : {Binning::equal_width, Binning::equal_mass})
        CHECK(std::abs(expected_calibration_error(six.probabilities, six.labels, 1, binning) -
                       std::abs(mean - 4.0 / 6)) < rounding);
}

TEST_CASE("fifteen bins are the default") {
    CHECK(reliability_bins(six.probabilities, six.labels).size() == 15);
    CHECK(expected_calibration_error(six.probabilities, six.labels) ==
          expected_calibration_error(six.probabilities, six.labels, 15));
}

TEST_CASE("sure and right is calibrated, sure and wrong is not") {
    const auto right = predictions({1, 1, 1}, {true, true, true});
    CHECK(expected_calibration_error(right.probabilities, right.labels) == 0.0);
    const auto wrong = predictions({1, 1, 1}, {false, false, false});
    CHECK(expected_calibration_error(wrong.probabilities, wrong.labels) == 1.0);
    CHECK(maximum_calibration_error(wrong.probabilities, wrong.labels) == 1.0);
}

TEST_CASE("bins of equal mass hold as many examples") {
    const auto bins = reliability_bins(six.probabilities, six.labels, 3, Binning::equal_mass);
    REQUIRE(bins.size() == 3);
    for (const auto& bin : bins) CHECK(bin.count == 2);
    CHECK(bins[0].lower == 0.55);
    CHECK(bins[0].upper == 0.6);
    CHECK(bins[1].lower == 0.65);
    CHECK(bins[1].upper == 0.9);
    CHECK(bins[1].accuracy == 0.5);
    CHECK(bins[2].upper == 1.0);
    // |1 - 0.575| + |0.5 - 0.775| + |0.5 - 0.975|, each with a third
    CHECK(
        std::abs(expected_calibration_error(six.probabilities, six.labels, 3, Binning::equal_mass) -
                 (0.425 + 0.275 + 0.475) / 3) < rounding);
}

TEST_CASE("equal confidences share a bin, so the order of the examples does not matter") {
    const std::vector<double> confidences = {0.6, 0.8, 0.8, 0.8, 0.9};
    const auto one = predictions(confidences, {true, true, false, false, true});
    const auto other = predictions(confidences, {true, false, false, true, true});
    for (Index bins = 1; bins <= 7; ++bins) {
        const auto a = reliability_bins(one.probabilities, one.labels, bins, Binning::equal_mass);
        const auto b =
            reliability_bins(other.probabilities, other.labels, bins, Binning::equal_mass);
        REQUIRE(a.size() == b.size());
        Index count = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            CHECK(a[i].accuracy == b[i].accuracy);
            CHECK(a[i].count > 0);
            count += a[i].count;
        }
        CHECK(count == 5);
    }
}

TEST_CASE("a calibrated classifier has a small error, an overconfident one a large error") {
    // Labels drawn from the probabilities, and from flatter ones. N = 20000, 15 bins: the standard
    // deviation of a bin's accuracy is below 0.5 / sqrt(20000 / 10) = 0.011 with the confidences
    // spread over ten of the bins, and the mean of its absolute value is below 0.009; 0.02 is more
    // than ten standard deviations of the sum above that. The seed is fixed: no false alarms.
    std::mt19937 random(1);
    const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
    const Index n = 20000;
    Array<double> p({n, 3});
    Array<std::int32_t> calibrated({n}), overconfident({n});
    const auto draw = [&](const double* row, double temper) {
        double u = uniform();
        for (int c = 0; c < 3; ++c)
            if ((u -= temper * row[c] + (1 - temper) / 3) < 0) return c;
        return 2;
    };
    for (Index i = 0; i < n; ++i) {
        double sum = 0;
        for (Index c = 0; c < 3; ++c) sum += p.row(i)[c] = std::exp(4 * uniform());
        for (Index c = 0; c < 3; ++c) p.row(i)[c] /= sum;
        calibrated[i] = draw(p.row(i), 1);
        overconfident[i] = draw(p.row(i), 0.5);
    }
    double excess = 0;  // of confidence over accuracy, when the truth is half way to 1/3
    for (Index i = 0; i < n; ++i)
        excess += 0.5 * (*std::max_element(p.row(i), p.row(i) + 3) - 1.0 / 3) / double(n);
    for (auto binning : {Binning::equal_width, Binning::equal_mass}) {
        CHECK(expected_calibration_error(p, calibrated, 15, binning) < 0.02);
        CHECK(std::abs(expected_calibration_error(p, overconfident, 15, binning) - excess) < 0.02);
    }
}

TEST_CASE("inputs are checked") {
    CHECK(blue_test::message_of<blue::ValueError>([&] {
              expected_calibration_error(six.probabilities, six.labels, 0);
          }) == "reliability_bins: expected at least one bin, got 0");
    CHECK_THROWS_AS(maximum_calibration_error(six.probabilities, Array<std::int32_t>({1})),
                    blue::ShapeError);
}
