// SPDX-License-Identifier: BSD-3-Clause

#include <blue/random/draw.hpp>
#include <blue/random/noise.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using blue::Index;
using blue::random::Key;
namespace noise = blue::noise;

namespace {

template <class T, class Noise>
std::vector<T> draw(const Noise& kind, const Key& key, Index first_tile, Index tiles) {
    std::vector<T> values(std::size_t(64 * tiles));
    blue::random::draw_tiles(kind, key, first_tile, tiles, values.data());
    return values;
}

/// The Kolmogorov-Smirnov statistic times sqrt(n) of 2^19 draws.
template <class T, class Noise, class F>
double ks(const Noise& kind, F distribution_function) {
    std::vector<T> x = draw<T>(kind, Key{20}, 0, 1 << 13);
    std::sort(x.begin(), x.end());
    const double n = double(x.size());
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double f = distribution_function(double(x[i]));
        worst = std::max({worst, f - double(i) / n, double(i + 1) / n - f});
    }
    return worst * std::sqrt(n);
}

double normal(double x) {
    return 0.5 * std::erfc(-x / std::sqrt(2.));
}
double uniform(double x) {
    return x;
}
double exponential(double x) {
    return -std::expm1(-x);
}
double gumbel(double x) {
    return std::exp(-std::exp(-x));
}
double laplace(double x) {
    return x < 0 ? 0.5 * std::exp(x) : 1 - 0.5 * std::exp(-x);
}
double logistic(double x) {
    return 1 / (1 + std::exp(-x));
}
double cauchy(double x) {
    return 0.5 + std::atan(x) / 3.14159265358979323846;
}
double student_2(double x) {
    return 0.5 + x / (2 * std::sqrt(2 + x * x));
}
double student_4(double x) {
    const double w = 1 + x * x / 4;
    return 0.5 + 0.375 * x / std::sqrt(w) * (1 - x * x / (12 * w));
}

}  // namespace

// A statistic above 2.23 has probability 2 exp(-2 * 2.23^2) = 1e-4: for the twenty here, with a
// fixed seed, a false alarm is a matter of one choice of seed in five hundred.
TEMPLATE_TEST_CASE("every kind of noise has its distribution", "", float, double) {
    using T = TestType;
    CHECK(ks<T>(noise::Normal{}, normal) < 2.23);
    CHECK(ks<T>(noise::Uniform{}, uniform) < 2.23);
    CHECK(ks<T>(noise::Exponential{}, exponential) < 2.23);
    CHECK(ks<T>(noise::Gumbel{}, gumbel) < 2.23);
    CHECK(ks<T>(noise::Laplace{}, laplace) < 2.23);
    CHECK(ks<T>(noise::Logistic{}, logistic) < 2.23);
    CHECK(ks<T>(noise::Cauchy{}, cauchy) < 2.23);
    CHECK(ks<T>(noise::StudentT{1}, cauchy) < 2.23);
    CHECK(ks<T>(noise::StudentT{2}, student_2) < 2.23);
    CHECK(ks<T>(noise::StudentT{4}, student_4) < 2.23);
    CHECK(ks<T>(noise::StudentT{1e6}, normal) < 2.23);  // differs from the normal by 2e-7
    // A test that cannot fail would be none: a normal with a standard deviation of 1.02.
    CHECK(ks<T>(noise::Normal{}, [](double x) { return normal(x / 1.02); }) > 2.23);
}

TEMPLATE_TEST_CASE("signs are 1 or -1, equally often", "", float, double) {
    double total = 0;
    for (const TestType sign : draw<TestType>(noise::Sign{}, Key{20}, 0, 1 << 13)) {
        REQUIRE(std::abs(sign) == 1);
        total += static_cast<double>(sign);
    }
    // 2^19 of them; 5 standard deviations are exceeded by chance once in 1.7e6.
    CHECK(std::abs(total) < 5 * std::sqrt(524288.));
}

TEST_CASE("normals have the moments and tails of the normal distribution") {
    const Index tiles = 1 << 12, rounds = 256;
    const double n = double(64 * tiles * rounds);  // 6.7e7
    double moment[5] = {};
    long beyond[7] = {};
    float largest = 0;
    for (Index r = 0; r < rounds; ++r) {
        float part[5] = {};
        for (const float z : draw<float>(noise::Normal{}, Key{5, std::uint64_t(r)}, 0, tiles)) {
            const float square = z * z, size = std::abs(z);
            part[1] += z, part[2] += square, part[3] += square * z, part[4] += square * square;
            largest = std::max(largest, size);
            if (size > 3)
                for (int k = 3; k <= 6; ++k) beyond[k] += size > float(k);
        }
        for (int k = 1; k <= 4; ++k) moment[k] += double(part[k]);
    }
    // Five standard errors: exceeded by chance once in 1.7e6. Sums of 2.6e5 floats are exact to
    // about 1e-5 here, where the standard errors are 1e-4 and more.
    const double unit = 5 / std::sqrt(n);
    CHECK(std::abs(moment[1] / n) < unit);
    CHECK(std::abs(moment[2] / n - 1) < unit * std::sqrt(2.));
    CHECK(std::abs(moment[3] / n) < unit * std::sqrt(15.));
    CHECK(std::abs(moment[4] / n - 3) < unit * std::sqrt(96.));
    for (int k = 3; k <= 6; ++k) {
        // Poisson: 5.5 standard deviations and, for the rarest, a few events more: at 6 sigma 0.13
        // are expected and 3 or more have probability 3e-4.
        const double expected = n * std::erfc(k / std::sqrt(2.));
        CHECK(std::abs(double(beyond[k]) - expected) < 5.5 * std::sqrt(expected) + 0.9);
    }
    CHECK(largest > 5);
    CHECK(largest < 6.67f);
}

TEST_CASE("normals reach 6.66 standard deviations and 0 without an infinity") {
    using blue::math::Number;
    const auto pair = [](std::uint32_t radius, std::uint32_t angle, int i) {
        Number<float> z[2];
        noise::Normal::from_pair<float, 1>({radius}, {angle}, z[0], z[1]);
        return z[i][0];
    };
    const float most = float(std::sqrt(2 * 32 * std::log(2.)));  // u = 2^-32
    CHECK(std::abs(pair(0, 0, 0) - most) < 1e-6f);
    CHECK(pair(0, 0, 1) == 0);
    CHECK(std::abs(pair(0, 0x80000000u, 0) + most) < 1e-6f);  // bit 31: the sign of the cosine
    CHECK(pair(0, 0x40000000u, 0) == 0);                      // bit 30: the exchange
    CHECK(std::abs(pair(0, 0x40000000u, 1) - most) < 1e-6f);
    CHECK(pair(0xffffffffu, 0, 0) == 0);  // u rounds to 1
    CHECK(pair(0xffffffffu, 0x12345678u, 1) == 0);
    // The angle's sign is that of the sine.
    CHECK(pair(0, 0x1fffffffu, 1) > 4.7f);
    CHECK(pair(0, 0x20000000u, 1) < -4.7f);
}

TEST_CASE("extreme words give finite noise with the right ends") {
    using blue::math::Number;
    const auto value = [](auto kind, std::uint32_t word) {
        return decltype(kind)::template from_word<float, 1>({word})[0];
    };
    CHECK(value(noise::Uniform{}, 0) == 0x1p-24f);
    CHECK(value(noise::Uniform{}, ~0u) == 1 - 0x1p-24f);
    CHECK(std::abs(value(noise::Exponential{}, 0) - 33 * 0.693147181f) < 1e-5f);
    CHECK(std::abs(value(noise::Exponential{}, ~0u) / 0x1p-33f - 1) < 1e-6f);
    CHECK(std::abs(value(noise::Exponential{}, 0x80000000u) - 0.693147181f) < 1e-6f);
    CHECK(std::abs(value(noise::Exponential{}, 0x7fffffffu) - 0.693147181f) < 1e-6f);
    CHECK(std::abs(value(noise::Gumbel{}, ~0u) - 33 * 0.693147181f) < 1e-5f);
    CHECK(std::abs(value(noise::Gumbel{}, 0) + std::log(33 * 0.693147181f)) < 1e-6f);
    CHECK(std::abs(value(noise::Laplace{}, 0) - 32 * 0.693147181f) < 1e-5f);
    CHECK(std::abs(value(noise::Laplace{}, 0x80000000u) + 32 * 0.693147181f) < 1e-5f);
    CHECK(value(noise::Laplace{}, 0x7fffffffu) == 0);
    CHECK(value(noise::Sign{}, 0x7fffffffu) == 1);
    CHECK(value(noise::Sign{}, 0x80000000u) == -1);
    CHECK(std::abs(value(noise::Logistic{}, 0) - 33 * 0.693147181f) < 1e-5f);
    CHECK(value(noise::Logistic{}, 0x7fffffffu) == 0);
    for (std::uint32_t word : {0u, 1u, 0x3fffffffu, 0x40000000u, 0x7fffffffu, 0x80000000u, ~0u}) {
        CHECK(std::isfinite(value(noise::Cauchy{}, word)));
        CHECK(value(noise::Cauchy{}, word) != 0);
        for (std::uint32_t angle : {0u, 0x40000000u, ~0u})
            CHECK(std::isfinite(noise::StudentT{1}.from_words<float, 1>({word}, {angle})[0]));
    }
}

TEST_CASE("neighbouring draws are uncorrelated") {
    const Key key{1, 2, 3, 4, 0};
    const Index tiles = 1 << 12;
    const std::vector<float> x = draw<float>(noise::Normal{}, key, 1, tiles);
    // Correlations of values and of squares, in standard errors: one above 5 by chance in 1.7e6.
    const auto check_pair = [](const std::vector<float>& x, const std::vector<float>& y) {
        double values = 0, squares = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            values += double(x[i]) * y[i];
            squares += (double(x[i]) * x[i] - 1) * (double(y[i]) * y[i] - 1) / 2;
        }
        const double unit = 5 * std::sqrt(double(x.size()));
        CHECK(std::abs(values) < unit);
        CHECK(std::abs(squares) < unit);
    };
    const auto check = [&](const std::vector<float>& y) { check_pair(x, y); };
    for (const std::ptrdiff_t distance : {1, 2, 15, 16, 17, 32, 48, 64}) {  // 16: the pairs
        std::vector<float> y(x);
        std::rotate(y.begin(), y.begin() + distance, y.end());
        check(y);
    }
    for (int bit = 0; bit < 32; bit += 7) {
        const std::uint32_t flip = 1u << bit;
        for (Key k : {Key{1 ^ flip, 2, 3, 4, 0}, Key{1, 2 ^ flip, 3, 4, 0},
                      Key{1, 2, 3 ^ flip, 4, 0}, Key{1, 2, 3, 4 ^ flip, 0}, Key{1, 2, 3, 4, flip}})
            check(draw<float>(noise::Normal{}, k, 1, tiles));
    }
    // Student's t takes a second word per value from another stream.
    std::vector<float> t = draw<float>(noise::StudentT{1e6}, key, 1, tiles), shifted(t);
    std::rotate(shifted.begin(), shifted.begin() + 1, shifted.end());
    check_pair(t, shifted);
}
