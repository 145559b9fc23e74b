// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/elementary.hpp>

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

// The bounds are the largest errors seen over 2e7 points on machines without fused multiply-add,
// which are the larger ones, rounded up.
TEMPLATE_TEST_CASE("elementary functions are accurate", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const bool single = sizeof(T) == 4;
    const double lowest = single ? -86.9 : -707.9, highest = single ? 88.7 : 709.7;
    const double tiny = single ? 1e-37 : 1e-307, huge = single ? 1e38 : 1e308;

    CHECK(worst_error<P>(LIFT(exp), expl, lowest, highest) < 1.2);
    CHECK(worst_error<P>(LIFT(exp), expl, -1, 1) < 1.2);
    CHECK(worst_error<P>(LIFT(expm1), expm1l, -30, highest) < 2);
    CHECK(worst_error<P>(LIFT(expm1), expm1l, -1, 1) < 2);
    CHECK(worst_error<P>(LIFT(expm1), expm1l, tiny, 1, Spacing::logarithmic) < 2);
    CHECK(worst_error<P>(LIFT(log), logl, tiny, huge, Spacing::logarithmic) < 0.9);
    CHECK(worst_error<P>(LIFT(log), logl, 0.5, 2) < 0.9);
    CHECK(worst_error<P>(LIFT(log1p), log1pl, -0.999, 4) < 1.5);
    CHECK(worst_error<P>(LIFT(log1p), log1pl, tiny, huge, Spacing::logarithmic) < 1.5);
    CHECK(worst_error<P>(
              LIFT(rsqrt), [](long double x) { return 1 / sqrtl(x); }, tiny, huge,
              Spacing::logarithmic) < 1.6);

    const auto softplus_exact = [](long double x) { return log1pl(expl(x)); };
    CHECK(worst_error<P>(LIFT(softplus), softplus_exact, -80, 40) < 1.9);
    CHECK(worst_error<P>(LIFT(softplus), softplus_exact, -3, 3) < 1.9);
    const auto sigmoid_exact = [](long double x) { return 1 / (1 + expl(-x)); };
    CHECK(worst_error<P>(LIFT(sigmoid), sigmoid_exact, -80, 40) < 2.5);
    CHECK(worst_error<P>(LIFT(sigmoid), sigmoid_exact, -5, 5) < 2.5);
    CHECK(worst_error<P>(LIFT(tanh), tanhl, -10, 10) < 2.7);
    CHECK(worst_error<P>(LIFT(tanh), tanhl, single ? 1e-35 : 1e-300, 1, Spacing::logarithmic) <
          2.7);
    const auto with_one = [](auto x) { return log_add_exp(x, 1); };
    CHECK(worst_error<P>(
              with_one, [](long double x) { return 1 + log1pl(expl(x - 1)); }, -50, 50) < 2.5);
}

TEMPLATE_TEST_CASE("elementary functions have their limits", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const T infinity = std::numeric_limits<T>::infinity();
    const T nan = std::numeric_limits<T>::quiet_NaN();

    CHECK(at<P>(LIFT(exp), -infinity) == 0);
    CHECK(at<P>(LIFT(exp), infinity) == infinity);
    CHECK(at<P>(LIFT(exp), T(800)) == infinity);
    CHECK(at<P>(LIFT(exp), T(-800)) == 0);
    CHECK(at<P>(LIFT(exp), 0) == 1);
    CHECK(at<P>(LIFT(expm1), -infinity) == -1);
    CHECK(at<P>(LIFT(expm1), infinity) == infinity);
    CHECK(at<P>(LIFT(expm1), T(800)) == infinity);
    CHECK(std::signbit(at<P>(LIFT(expm1), T(-0.0))));
    CHECK(at<P>(LIFT(log), 0) == -infinity);
    CHECK(at<P>(LIFT(log), T(-0.0)) == -infinity);
    CHECK(at<P>(LIFT(log), 1) == 0);
    CHECK(at<P>(LIFT(log), infinity) == infinity);
    CHECK(std::isnan(at<P>(LIFT(log), -1)));
    CHECK(std::isnan(at<P>(LIFT(log), -infinity)));
    CHECK(at<P>(LIFT(log), std::numeric_limits<T>::denorm_min()) == -infinity);  // as documented
    CHECK(at<P>(LIFT(log1p), -1) == -infinity);
    CHECK(at<P>(LIFT(log1p), infinity) == infinity);
    CHECK(std::isnan(at<P>(LIFT(log1p), -2)));
    CHECK(at<P>(LIFT(softplus), -infinity) == 0);
    CHECK(at<P>(LIFT(softplus), infinity) == infinity);
    CHECK(at<P>(LIFT(sigmoid), -infinity) == 0);
    CHECK(at<P>(LIFT(sigmoid), infinity) == 1);
    CHECK(at<P>(LIFT(tanh), -infinity) == -1);
    CHECK(at<P>(LIFT(tanh), infinity) == 1);
    CHECK(at<P>([&](P x) { return log_add_exp(x, -infinity); }, -infinity) == -infinity);
    CHECK(at<P>([&](P x) { return log_add_exp(x, infinity); }, infinity) == infinity);
    CHECK(at<P>([&](P x) { return log_add_exp(-infinity, x); }, 3) == 3);

    CHECK(std::isnan(at<P>(LIFT(exp), nan)));
    CHECK(std::isnan(at<P>(LIFT(expm1), nan)));
    CHECK(std::isnan(at<P>(LIFT(log), nan)));
    CHECK(std::isnan(at<P>(LIFT(log1p), nan)));
    CHECK(std::isnan(at<P>(LIFT(softplus), nan)));
    CHECK(std::isnan(at<P>(LIFT(sigmoid), nan)));
    CHECK(std::isnan(at<P>(LIFT(tanh), nan)));
    CHECK(std::isnan(at<P>([](P x) { return log_add_exp(x, 1); }, nan)));
    CHECK(std::isnan(at<P>([](P x) { return log_add_exp(1, x); }, nan)));

    CHECK(at<P>(LIFT(abs), T(-0.0)) == 0);
    CHECK_FALSE(std::signbit(at<P>(LIFT(abs), T(-0.0))));
    CHECK(at<P>(LIFT(abs), T(-3)) == 3);
    CHECK(at<P>(LIFT(sign), T(-3)) == -1);
    CHECK(at<P>(LIFT(sign), T(0)) == 0);
    CHECK(at<P>(LIFT(sign), T(0.1)) == 1);
    CHECK(all(isfinite(P(std::numeric_limits<T>::max()))));
    CHECK_FALSE(any(isfinite(P(infinity))));
    CHECK_FALSE(any(isfinite(P(nan))));
}

// Subnormal numbers cost a hundred cycles each: a mixture prior, which exponentiates very negative
// numbers, became up to five times slower with functions that return them.
TEMPLATE_TEST_CASE("exp and sigmoid return no subnormal numbers", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const T smallest = std::numeric_limits<T>::min();
    const double end = sizeof(T) == 4 ? 87.34 : 708.4;  // e^-end: the smallest normal number
    int subnormal = 0, zero = 0, normal = 0;
    for (int i = -20000; i < 20000; ++i) {
        const T x = static_cast<T>(-end * (1 + 1e-6 * i));
        for (const T y : {at<P>(LIFT(exp), x), at<P>(LIFT(sigmoid), x)}) {
            subnormal += y != 0 && y < smallest;
            zero += y == 0;
            normal += y >= smallest;
        }
    }
    CHECK(subnormal == 0);
    CHECK(zero > 0);
    CHECK(normal > 0);
}
