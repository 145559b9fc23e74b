// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/special.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <limits>

using blue::math::NativePack;
using blue::math::Number;
using test::at;
using test::Spacing;
using test::worst_error;

#define PACKS Number<float>, NativePack<float>, Number<double>, NativePack<double>
#define LIFT(f) [](auto x) { return f(x); }

namespace {

/// Reference with recurrence up to 30 and seven terms of the asymptotic series: 1e-19.
long double digamma_exact(long double x) {
    long double y = 0;
    if (x <= 0) {
        const long double pi = 3.14159265358979323846264338L;
        y = -pi / tanl(pi * (x - floorl(x)));
        x = 1 - x;
    }
    for (; x < 30; x += 1) y -= 1 / x;
    const long double z = 1 / (x * x);
    const long double c[] = {1 / 12.L,  -691 / 32760.L, 1 / 132.L, -1 / 240.L,
                             1 / 252.L, -1 / 120.L,     1 / 12.L};
    long double series = 0;
    for (long double term : c) series = series * z + term;
    return y + logl(x) - 0.5L / x - z * series;
}

}  // namespace

TEMPLATE_TEST_CASE("the error function is accurate", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    CHECK(worst_error<P>(LIFT(erf), erfl, -7, 7) < 1.4);
    CHECK(worst_error<P>(LIFT(erf), erfl, -1.2, 1.2) < 1.4);
    CHECK(worst_error<P>(LIFT(erf), erfl, 1e-30, 1, Spacing::logarithmic) < 1.4);
    CHECK(at<P>(LIFT(erf), std::numeric_limits<T>::infinity()) == 1);
    CHECK(at<P>(LIFT(erf), -std::numeric_limits<T>::infinity()) == -1);
    CHECK(std::isnan(at<P>(LIFT(erf), std::numeric_limits<T>::quiet_NaN())));
}

TEMPLATE_TEST_CASE("lgamma is accurate", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    // In double the standard library's errors, in float rounding.
    const double bound = sizeof(T) == 4 ? 0.6 : 7;
    CHECK(worst_error<P>(LIFT(lgamma), lgammal, 0.01, 3) < bound);
    CHECK(worst_error<P>(LIFT(lgamma), lgammal, 3, 50) < bound);
    CHECK(worst_error<P>(LIFT(lgamma), lgammal, 1e-6, 1e6, Spacing::logarithmic) < bound);
    CHECK(worst_error<P>(LIFT(lgamma), lgammal, -10, 1) < bound);
    CHECK(at<P>(LIFT(lgamma), 0) == std::numeric_limits<T>::infinity());
    CHECK(at<P>(LIFT(lgamma), std::numeric_limits<T>::infinity()) ==
          std::numeric_limits<T>::infinity());
    CHECK(std::isnan(at<P>(LIFT(lgamma), std::numeric_limits<T>::quiet_NaN())));
}

TEMPLATE_TEST_CASE("digamma and trigamma are accurate", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    // Next to a root the error in double is absolute: measured against 1.
    const auto shifted = [](auto x) {
        const auto y = digamma(x);
        return where(abs(y) < 1, y + 10, y);
    };
    const auto shifted_exact = [](long double x) {
        const long double y = digamma_exact(x);
        return std::fabs(y) < 1 ? y + 10 : y;
    };
    CHECK(worst_error<P>(shifted, shifted_exact, 1e-4, 1e6, Spacing::logarithmic) < 20);
    CHECK(worst_error<P>(shifted, shifted_exact, 0.1, 12) < 20);
    CHECK(worst_error<P>(shifted, shifted_exact, -3.3, 0.9) < 40);
    CHECK(std::isnan(at<P>(LIFT(digamma), 0)));
    CHECK(std::isnan(at<P>(LIFT(digamma), -3)));
    if (sizeof(T) == 4) CHECK(worst_error<P>(LIFT(digamma), digamma_exact, 0.1, 12) < 0.6);

    const long double pi = 3.14159265358979323846264338L;
    CHECK(test::ulp_error(at<P>(LIFT(trigamma), 1), pi * pi / 6) < 6);
    CHECK(test::ulp_error(at<P>(LIFT(trigamma), T(0.5)), pi * pi / 2) < 6);
    CHECK(test::ulp_error(at<P>(LIFT(trigamma), 12), pi * pi / 6 - 1.558032193976458L) < 60);
}

TEMPLATE_TEST_CASE("powers are accurate and have the right sign", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const auto exact = [](long double n) { return [n](long double x) { return powl(x, n); }; };
    CHECK(at<P>([](P x) { return pow(x, 2); }, -3) == 9);
    CHECK(at<P>([](P x) { return pow(x, 3); }, -3) == -27);
    CHECK(at<P>([](P x) { return pow(x, 3.0); }, -3) == -27);
    CHECK(at<P>([](P x) { return pow(x, -2); }, 4) == T(0.0625));
    CHECK(at<P>([](P x) { return pow(x, 0); }, 0) == 1);
    CHECK(at<P>([](P x) { return pow(x, 0.5); }, 0) == 0);
    CHECK(std::isnan(at<P>([](P x) { return pow(x, 0.5); }, -1)));
    // n ulp for whole numbers, 1 + 1.5 |n log x| ulp otherwise, with log x <= 2.3 here.
    CHECK(worst_error<P>([](P x) { return pow(x, 4); }, exact(4), 0.1, 10) < 4);
    CHECK(worst_error<P>([](P x) { return pow(x, -7); }, exact(-7), 0.1, 10) < 7);
    CHECK(worst_error<P>([](P x) { return pow(x, 2.5); }, exact(2.5), 0.1, 10) < 9.7);
    CHECK(worst_error<P>([](P x) { return pow(x, -1.5f); }, exact(-1.5), 0.1, 10) < 6.2);
}
