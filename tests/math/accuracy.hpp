// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Errors of functions on packs in units in the last place.
#pragma once

#include <blue/math/pack.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace test {

/// The distance of y from the exact value in units in the last place of T; 0 when both are the same
/// infinity or NaN.
template <class T>
double ulp_error(T y, long double exact) {
    const T rounded = static_cast<T>(exact);
    if (std::isnan(y) || std::isnan(rounded))
        return std::isnan(y) == std::isnan(rounded) ? 0 : 1e30;
    if (std::isinf(y) || std::isinf(rounded)) return y == rounded ? 0 : 1e30;
    int exponent;
    std::frexp(std::max(std::fabs(rounded), std::numeric_limits<T>::min()), &exponent);
    const long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
    return static_cast<double>(std::fabs(static_cast<long double>(y) - exact) / ulp);
}

enum class Spacing { uniform, logarithmic };

/// The largest error of f on packs P over random points of [low, high].
template <class P, class F, class G>
double worst_error(F f, G exact, double low, double high, Spacing spacing = Spacing::uniform) {
    using T = typename P::scalar;
    std::mt19937_64 generator(1);
    double worst = 0;
    T x[P::lanes], y[P::lanes];
    for (int i = 0; i < 40000; i += P::lanes) {
        for (T& point : x) {
            const double u = static_cast<double>(generator() >> 11) * 0x1p-53;
            point = static_cast<T>(spacing == Spacing::uniform ? low + u * (high - low)
                                                               : low * std::pow(high / low, u));
        }
        f(P::load(x)).store(y);
        for (int l = 0; l < P::lanes; ++l)
            worst = std::max(worst, ulp_error(y[l], exact(static_cast<long double>(x[l]))));
    }
    return worst;
}

/// f of one number.
template <class P, class F>
typename P::scalar at(F f, typename P::scalar x) {
    return f(P(x))[P::lanes - 1];
}

}  // namespace test
