// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Power, error function, and the gamma function's logarithm and derivatives, on packs.
#pragma once

#include <blue/math/elementary.hpp>

#include <cmath>
#include <concepts>

namespace blue::math {
inline namespace BLUE_ISA {

/// x^n for one number n that all lanes share. Whole numbers up to 1024 are multiplied out, with an
/// error of at most n ulp. Others need x >= 0; their error is about 1 + 1.5 |n log x| ulp.
template <class T, int N, class A>
requires std::is_arithmetic_v<A> BLUE_INLINE Pack<T, N> pow(Pack<T, N> x, A n) {
    const T exponent = static_cast<T>(n);
    const T magnitude = exponent < 0 ? -exponent : exponent;
    if (magnitude <= 1024 && exponent == static_cast<T>(static_cast<int>(exponent))) {
        Pack<T, N> y = 1;
        for (int bits = static_cast<int>(magnitude); bits != 0; bits /= 2) {
            if (bits % 2 != 0) y *= x;
            x *= x;
        }
        return exponent < 0 ? 1 / y : y;
    }
    return exp(exponent * log(x));
}

/// Error function. Errors 1.1 and 1.1 ulp.
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
        return where(t < 0.92f, fma(near, x, x), detail::copysign(1 - exp(-far), x));
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
        return where(t < 1, fma(near, x, x), detail::copysign(1 - exp(-far), x));
    }
}

namespace detail {

/// f in double precision on the lanes of x, f a function of packs of double.
template <class T, int N, class F>
BLUE_INLINE Pack<T, N> in_double(Pack<T, N> x, F f) {
    if constexpr (std::is_same_v<T, double>) {
        return f(x);
    } else if constexpr (N == 1) {
        return Pack<T, 1>(f(Pack<double, 1>(x[0]))[0]);
    } else {
        constexpr int step = register_lanes<double>;
        T lane[N];
        x.store(lane);
        for (int i = 0; i < N; i += step) {
            Pack<double, step> wide;
            load_floats(lane + i, wide.r[0]);
            store_floats(lane + i, f(wide).r[0]);
        }
        return Pack<T, N>::load(lane);
    }
}

/// log Gamma(x) for x > 0: recurrence from below 8, then Stirling's series. Absolute error 1e-14:
/// exact enough to be rounded to float.
template <int N>
BLUE_INLINE Pack<double, N> lgamma_of_positive(Pack<double, N> x) {
    using P = Pack<double, N>;
    const auto below = x < 8;
    P product = 1;
    BLUE_UNROLL for (int i = 0; i < 8; ++i) product *= where(below, x + i, 1);
    const P z = where(below, x + 8, x);
    const P inverse = 1 / z;
    const P series = polynomial(inverse * inverse, 1. / 156, -691. / 360360, 1. / 1188, -1. / 1680,
                                1. / 1260, -1. / 360, 1. / 12);
    const P y = (z - 0.5) * log(z) - z + 0.91893853320467274178 + series * inverse;
    return where(x < format<double>::infinity, y - log(product), x);
}

/// log|Gamma(x)| of one number, without the global sign that std::lgamma writes.
BLUE_INLINE double lgamma_scalar(double x) {
#if defined(__CUDA_ARCH__)
    return ::lgamma(x);
#else
    int sign;
    return ::lgamma_r(x, &sign);
#endif
}

/// digamma(x) for x > 0: recurrence from below 10, then the asymptotic series.
template <int N>
BLUE_INLINE Pack<double, N> digamma_of_positive(Pack<double, N> x) {
    using P = Pack<double, N>;
    const auto below = x < 10;
    P numerator = 0, product = 1;  // numerator / product: the sum of 1 / (x + i)
    BLUE_UNROLL for (int i = 0; i < 10; ++i) {
        const P factor = where(below, x + i, 1);
        numerator = fma(numerator, factor, product);
        product *= factor;
    }
    const P z = where(below, x + 10, x);
    const P inverse = 1 / z, w = inverse * inverse;
    const P series =
        polynomial(w, 1. / 12, -691. / 32760, 1. / 132, -1. / 240, 1. / 252, -1. / 120, 1. / 12);
    const P y = log(z) - 0.5 * inverse - w * series;
    return where(below, y - numerator / product, y);
}

/// Reflection: psi(x) = psi(1 - x) - pi / tan(pi x) for x <= 0, in one number.
BLUE_INLINE double digamma_scalar(double x) {
    if (x > 0) return digamma_of_positive(Pack<double, 1>(x))[0];
    const double fraction = x - std::nearbyint(x);  // exact
    if (fraction == 0) return format<double>::nan;
    constexpr double pi = 3.14159265358979323846;
    return digamma_of_positive(Pack<double, 1>(1 - x))[0] - pi / std::tan(pi * fraction);
}

/// The derivative of digamma, for x > 0.
template <int N>
BLUE_INLINE Pack<double, N> trigamma_of_positive(Pack<double, N> x) {
    using P = Pack<double, N>;
    const auto below = x < 10;
    P sum = 0;
    BLUE_UNROLL for (int i = 0; i < 10; ++i) {
        const P inverse = 1 / (x + i);
        sum = fma(inverse, inverse, sum);
    }
    const P inverse = 1 / where(below, x + 10, x), w = inverse * inverse;
    const P series =
        polynomial(w, 7. / 6, -691. / 2730, 5. / 66, -1. / 30, 1. / 42, -1. / 30, 1. / 6);
    const P y = inverse + w * fma(inverse, series, 0.5);
    return where(below, y + sum, y);
}

}  // namespace detail

/// log|Gamma(x)|. Double, and float where an x is not positive, go lane by lane through the
/// standard library (errors 6 ulp); positive floats are computed in packs of double (0.6 ulp).
template <class T, int N>
BLUE_INLINE Pack<T, N> lgamma(Pack<T, N> x) {
    if constexpr (std::is_same_v<T, float>) {
        if (all(x > 0)) [[likely]]
            return detail::in_double(x, [](auto a) { return detail::lgamma_of_positive(a); });
    }
    return detail::lane_by_lane(x, [](T a) { return T(detail::lgamma_scalar(double(a))); });
}

/// The derivative of lgamma, in packs of double; NaN at 0 and at negative whole numbers. For x > 0
/// the errors are 0.6 ulp in float, and in double 4e-15 of the larger of 1 and the result.
template <class T, int N>
BLUE_INLINE Pack<T, N> digamma(Pack<T, N> x) {
    if (all(x > 0)) [[likely]]
        return detail::in_double(x, [](auto a) { return detail::digamma_of_positive(a); });
    return detail::lane_by_lane(x, [](T a) { return T(detail::digamma_scalar(double(a))); });
}

/// The second derivative of lgamma, for x > 0.
template <class T, int N>
BLUE_INLINE Pack<T, N> trigamma(Pack<T, N> x) {
    return detail::in_double(x, [](auto a) { return detail::trigamma_of_positive(a); });
}

}  // namespace BLUE_ISA
}  // namespace blue::math
