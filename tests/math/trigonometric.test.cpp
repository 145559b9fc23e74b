// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/trigonometric.hpp>

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

TEMPLATE_TEST_CASE("sine, cosine and arctangent are accurate", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    // Away from the roots beyond 0; at the roots of large arguments float has 50 ulp without fma.
    CHECK(worst_error<P>(LIFT(sin), sinl, -3, 3) < 1.6);
    CHECK(worst_error<P>(LIFT(cos), cosl, -1.5, 1.5) < 1.6);
    CHECK(worst_error<P>(LIFT(sin), sinl, 1e-30, 1, Spacing::logarithmic) < 1.6);
    CHECK(worst_error<P>([](auto x) { return 2 + sin(x); },
                         [](long double x) { return 2 + sinl(x); }, -8000, 8000) < 1.2);
    CHECK(worst_error<P>([](auto x) { return 2 + cos(x); },
                         [](long double x) { return 2 + cosl(x); }, -8000, 8000) < 1.2);
    CHECK(worst_error<P>(LIFT(sin), sinl, 1e5, 1e7) <
          2.5);  // the standard library from 8192 or 1e6
    CHECK(worst_error<P>(LIFT(atan), atanl, -10, 10) < 2.9);
    CHECK(worst_error<P>(LIFT(atan), atanl, 1e-30, 1e30, Spacing::logarithmic) < 2.9);

    const T infinity = std::numeric_limits<T>::infinity();
    CHECK(std::isnan(at<P>(LIFT(sin), infinity)));
    CHECK(std::isnan(at<P>(LIFT(cos), std::numeric_limits<T>::quiet_NaN())));
    CHECK(at<P>(LIFT(sin), 0) == 0);
    CHECK(at<P>(LIFT(cos), 0) == 1);
    CHECK(test::ulp_error(at<P>(LIFT(atan), infinity), 1.57079632679489661923L) < 1);
    CHECK(test::ulp_error(at<P>(LIFT(atan), -infinity), -1.57079632679489661923L) < 1);
}
