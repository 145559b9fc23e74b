// SPDX-License-Identifier: BSD-3-Clause

#include <blue/math/functions.hpp>

#include "support/catch.hpp"

#include <cmath>

using blue::math::NativePack;
using blue::math::Number;

#define PACKS Number<float>, NativePack<float>, Number<double>, NativePack<double>

namespace formula {

/// Like a user's formula: in another namespace, unqualified, numbers of all kinds on both sides.
template <class T>
T everything(T x) {
    T y = 0.5 * x + x * 2 - 1 / x + x / 3.0f - (-x) + (x + 1u);
    y += abs(x) + sign(x) + square(x) + exp(-x) + expm1(x) + log(x) + log1p(x) + sqrt(x) + rsqrt(x);
    y += pow(x, 2) + pow(x, 0.5) + tanh(x) + sigmoid(x) + softplus(x) + erf(x) + sin(x) + cos(x);
    y += atan(x) + lgamma(x) + digamma(x) + log_add_exp(x, 1) + log_add_exp(1, x);
    y += min(x, 1) + max(0, x) + clamp(x, 0, 1.0) + fma(x, 2, 1) + fma(2, x, x);
    y = where(x > 0, y, 0);
    y = where((x < 0) | (x >= 100) | !(x == x), -1, y);
    return where(isfinite(y) & (x <= 100), y, x);
}

double everything_double(double x) {
    const double digamma_2 = 0.42278433509846713939, log_1 = std::log(std::exp(x) + std::exp(1));
    double y = 0.5 * x + x * 2 - 1 / x + x / 3.0 + x + (x + 1);
    y += x + 1 + x * x + std::exp(-x) + std::expm1(x) + std::log(x) + std::log1p(x) + std::sqrt(x) +
         1 / std::sqrt(x);
    y += x * x + std::sqrt(x) + std::tanh(x) + 1 / (1 + std::exp(-x)) + std::log1p(std::exp(x)) +
         std::erf(x) + std::sin(x) + std::cos(x);
    y += std::atan(x) + std::lgamma(x) + digamma_2 + 2 * log_1;
    y += std::fmin(x, 1) + x + 1 + (2 * x + 1) + (2 * x + x);
    return y;
}

}  // namespace formula

TEMPLATE_TEST_CASE("a formula may use all functions with numbers on either side", "", PACKS) {
    using P = TestType;
    using T = typename P::scalar;
    const double expected = formula::everything_double(2);
    // About forty terms with errors of a few ulp of at most 8.
    const double tolerance = 1000 * std::numeric_limits<T>::epsilon();
    const P y = formula::everything(P(2));
    for (int i = 0; i < P::lanes; ++i) CHECK(std::abs(double(y[i]) - expected) < tolerance);
}

// A number and a lane of a pack must not differ: sweeps compute remainders and devices with
// numbers.
TEMPLATE_TEST_CASE("lanes do not depend on the width of the pack", "", float, double) {
    using T = TestType;
    using P = NativePack<T>;
    T x[P::lanes];
    int different = 0;
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < P::lanes; ++i)
            x[i] = static_cast<T>(std::exp(0.021 * (round * P::lanes + i) / P::lanes - 2));
        const P y = formula::everything(P::load(x));
        for (int i = 0; i < P::lanes; ++i)
            different += y[i] != formula::everything(Number<T>(x[i]))[0];
    }
#if defined(__clang__)
    CHECK(different == 0);
#else
    // g++ may fuse a product and a sum in one of the two and not in the other, as it finds them.
    CHECK(different < 200 * P::lanes / 2);
#endif
}
