// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Power, error function, and the gamma function's logarithm and derivatives, on packs.
#pragma once

#include <blue/math/elementary.hpp>

#include <cmath>
#include <concepts>

namespace blue::math::inline BLUE_ISA {

/// x^n for one number n that all lanes share. Whole numbers up to 64 are multiplied out; other
/// exponents need x >= 0.
template <class T, int N, class A>
requires std::is_arithmetic_v<A> BLUE_INLINE Pack<T, N> pow(Pack<T, N> x, A n) {
    const T exponent = static_cast<T>(n);
    const T magnitude = exponent < 0 ? -exponent : exponent;
    if (magnitude <= 64 && exponent == static_cast<T>(static_cast<int>(exponent))) {
        Pack<T, N> y = 1;
        for (int bits = static_cast<int>(magnitude); bits != 0; bits /= 2) {
            if (bits % 2 != 0) y *= x;
            x *= x;
        }
        return exponent < 0 ? 1 / y : y;
    }
    return exp(exponent * log(x));
}

/// Error function.
template <class T, int N>
BLUE_INLINE Pack<T, N> erf(Pack<T, N> x) {
    using P = Pack<T, N>;
    const P z = x * x;
    P near, far;  // far: -log(1 - erf(t)), so that 1 - exp(-far) needs no more than its own digits
    if constexpr (std::is_same_v<T, float>) {
        const P t = min(abs(x), 4);
        near = detail::polynomial(z, 0x1.5bd58cp-14f, -0x1.a9e392p-11f, 0x1.54bb3ap-8f,
                                  -0x1.b80cdap-6f, 0x1.ce2decp-4f, -0x1.812742p-2f, 0x1.06eba8p-3f);
        far = detail::polynomial(t, -0x1.98d4bp-13f, 0x1.8da182p-9f, -0x1.6b8e86p-6f,
                                 0x1.a9653ap-4f, 0x1.4647b4p-1f, 0x1.20ac3p+0f, 0x1.b225eap-13f);
        return where(t < 0.92f, fma(near, x, x), copysign(1 - exp(-far), x));
    } else {
        const P t = min(abs(x), 6);
        near =
            detail::polynomial(z, 0x1.251d0516695c5p-34, -0x1.44e17aadfd8cfp-30,
                               0x1.fbf6cf4215405p-27, -0x1.5f8c52ba1eab9p-23, 0x1.b9ed3a2ef74b7p-20,
                               -0x1.f4d31983f4833p-17, 0x1.f9a333f11f3c1p-14,
                               -0x1.c02db490b731ep-11, 0x1.565bcd1266bb4p-8, -0x1.b82ce312aae92p-6,
                               0x1.ce2f21a04360bp-4, -0x1.812746b0379fdp-2, 0x1.06eba8214db69p-3);
        far = detail::polynomial(
            t, -0x1.247b85fecfb1ep-40, 0x1.a1fc8ccd524a8p-35, -0x1.1793e19290d0fp-30,
            0x1.d0a43fc29c979p-27, -0x1.0c1561aaa519dp-23, 0x1.c5c6e3872b417p-21,
            -0x1.20b29ae9d1ed5p-18, 0x1.138408c76f5a6p-16, -0x1.7791de097ab63p-15,
            0x1.2491783724f2dp-14, 0x1.8175762149e7dp-15, -0x1.51069eed51ef9p-11,
            0x1.d03c35397d199p-10, -0x1.27ee20fb6ccf7p-12, -0x1.388e9261d57e8p-6,
            0x1.a4d9aa902ff6fp-4, 0x1.45f432847bb9cp-1, 0x1.20dd55664f90cp0, 0x1.8beba79357f71p-23);
        return where(t < 1, fma(near, x, x), copysign(1 - exp(-far), x));
    }
}

namespace detail {

/// log|Gamma(x)| of one number, without the global sign that std::lgamma writes.
template <class T>
BLUE_INLINE T lgamma_scalar(T x) {
#if defined(__CUDA_ARCH__)
    return ::lgamma(x);
#else
    int sign;
    return static_cast<T>(::lgamma_r(static_cast<double>(x), &sign));
#endif
}

/// digamma of one number: recurrence up to 10, then the asymptotic series.
template <class T>
BLUE_INLINE T digamma_scalar(T argument) {
    double x = static_cast<double>(argument), y = 0;
    if (x <= 0) {
        if (x == std::floor(x)) return format<T>::nan;
        // Reflection: psi(x) = psi(1 - x) - pi / tan(pi x).
        constexpr double pi = 3.14159265358979323846;
        y = -pi / std::tan(pi * (x - std::floor(x)));
        x = 1 - x;
    }
    for (; x < 10; x += 1) y -= 1 / x;
    const double z = 1 / (x * x);
    const double series =
        z * (1. / 12 -
             z * (1. / 120 -
                  z * (1. / 252 - z * (1. / 240 - z * (1. / 132 - z * (691. / 32760 - z / 12))))));
    return static_cast<T>(y + std::log(x) - 0.5 / x - series);
}

/// The derivative of digamma_scalar, for x > 0.
template <class T>
BLUE_INLINE T trigamma_scalar(T argument) {
    double x = static_cast<double>(argument), y = 0;
    for (; x < 10; x += 1) y += 1 / (x * x);
    const double z = 1 / (x * x);
    const double series =
        z * (1. / 6 -
             z * (1. / 30 -
                  z * (1. / 42 - z * (1. / 30 - z * (5. / 66 - z * (691. / 2730 - z * 7 / 6))))));
    return static_cast<T>(y + (1 + series) / x + 0.5 * z);
}

}  // namespace detail

/// log|Gamma(x)|, lane by lane in double.
template <class T, int N>
BLUE_INLINE Pack<T, N> lgamma(Pack<T, N> x) {
    return detail::lane_by_lane(x, [](T a) { return detail::lgamma_scalar(a); });
}

/// The derivative of lgamma, lane by lane in double; NaN at 0 and negative whole numbers.
template <class T, int N>
BLUE_INLINE Pack<T, N> digamma(Pack<T, N> x) {
    return detail::lane_by_lane(x, [](T a) { return detail::digamma_scalar(a); });
}

/// The second derivative of lgamma, for x > 0, lane by lane in double.
template <class T, int N>
BLUE_INLINE Pack<T, N> trigamma(Pack<T, N> x) {
    return detail::lane_by_lane(x, [](T a) { return detail::trigamma_scalar(a); });
}

}  // namespace blue::math::inline BLUE_ISA
