// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/rows.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace blue;

namespace {

/// Below, at, and above the lanes of all registers.
const std::vector<Index> lengths{1, 3, 4, 7, 8, 16, 17, 33, 64, 100};

/// Numbers between -2 and 2 that do not repeat.
template <class T>
std::vector<T> wave(Index n, double phase) {
    std::vector<T> row;
    for (Index i = 0; i < n; ++i) row.push_back(static_cast<T>(2 * std::sin(1.3 * i + phase)));
    return row;
}

/// The sums of up to 100 products of numbers below 4 in size round by less than 400 eps.
template <class T>
void check_rows() {
    const double tolerance = 400 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (const Index n : lengths) {
        CAPTURE(n);
        const std::vector<T> a = wave<T>(n, 0.1), b = wave<T>(n, 2);
        T largest = a[0];
        double product = 0, total = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            largest = std::max(largest, a[i]);
            product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
            total += std::exp(static_cast<double>(a[i]) - 0.5);
        }
        CHECK(cpu::row_maximum(a.data(), n) == largest);
        CHECK(std::abs(cpu::row_product(a.data(), b.data(), n) - product) < tolerance);

        std::vector<T> weights = a;
        CHECK(std::abs(cpu::exponentials(weights.data(), n, T(0.5)) - total) < tolerance);
        std::vector<T> sum = a, slopes = b;
        cpu::add_row(sum.data(), b.data(), n, T(0.5));
        cpu::softmax_slopes(weights.data(), slopes.data(), n, T(0.25), T(3));
        std::vector<T> scaled = a;
        cpu::scale_row(scaled.data(), n, T(-2));
        std::vector<T> cleared = a;
        cleared.push_back(7);
        cpu::clear_row(cleared.data(), n);
        CHECK(cleared.back() == 7);
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
            CHECK(std::abs(weights[i] - std::exp(x - 0.5)) < tolerance);
            CHECK(std::abs(sum[i] - (x + 0.5 * y)) < tolerance);
            CHECK(std::abs(slopes[i] - 3 * std::exp(x - 0.5) * (y - 0.25)) < tolerance);
            CHECK(scaled[i] == -2 * a[i]);
            CHECK(cleared[i] == 0);
        }
    }
}

}  // namespace

TEST_CASE("rows in floats and doubles") {
    check_rows<float>();
    check_rows<double>();
}

TEST_CASE("an empty row, and keys that are hidden") {
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    CHECK(cpu::row_maximum<float>(nullptr, 0) == lowest);
    std::vector<float> row{lowest, 0, lowest};
    CHECK(cpu::row_maximum(row.data(), 3) == 0);
    CHECK(cpu::exponentials(row.data(), 3, 0.0f) == 1);
    CHECK(row == std::vector<float>{0, 1, 0});
}
