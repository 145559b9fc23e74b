// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Exponential, logarithm and what is made of them, on packs of float and double.
///
/// Every function gives the limit at infinities (`exp(-inf) == 0`, `log(0) == -inf`) and hands NaN
/// on. exp and sigmoid give 0 instead of a subnormal number, which would cost a hundred cycles
/// wherever it goes; log takes subnormal numbers for 0. The largest errors seen are given in units
/// in the last place (ulp) for float and double, with fused multiply-add; without it some are 0.3
/// ulp larger.
#pragma once

#include <blue/math/detail/bits.hpp>

#include <type_traits>

namespace blue::math {
inline namespace BLUE_ISA {

// ---------------------------------------------------------------------------- signs and products

template <class T, int N>
BLUE_INLINE Pack<T, N> abs(Pack<T, N> x) {
    return (detail::Bits<T, N>(x) & ~detail::format<T>::sign).pack();
}

namespace detail {

/// The magnitude of x with the sign of y.
template <class T, int N>
BLUE_INLINE Pack<T, N> copysign(Pack<T, N> x, Pack<T, N> y) {
    using B = Bits<T, N>;
    constexpr auto sign = format<T>::sign;
    return ((B(x) & ~sign) | (B(y) & sign)).pack();
}

}  // namespace detail

/// -1, 0 or 1; 0 for NaN.
template <class T, int N>
BLUE_INLINE Pack<T, N> sign(Pack<T, N> x) {
    return where(x > 0, 1, where(x < 0, -1, 0));
}

template <class T, int N>
BLUE_INLINE Pack<T, N> square(Pack<T, N> x) {
    return x * x;
}

/// 1 / sqrt(x), by these two operations: 1.5 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> rsqrt(Pack<T, N> x) {
    return 1 / sqrt(x);
}

/// Where x is neither infinite nor NaN.
template <class T, int N>
BLUE_INLINE Mask<T, N> isfinite(Pack<T, N> x) {
    return abs(x) <= detail::format<T>::largest;
}

// -------------------------------------------------------------------------- exponential functions

namespace detail {

/// x = k ln 2 + r with |r| <= ln(2) / 2 (1 + 1e-5). `power` is 2^(k - 1): half of what is needed,
/// so that results next to the largest number do not overflow too early.
template <class T, int N>
struct ExpReduction {
    Pack<T, N> r, power;

    explicit BLUE_INLINE ExpReduction(Pack<T, N> x) {
        using F = format<T>;
        const Pack<T, N> magic = F::magic + (F::bias - 1);
        const Pack<T, N> t = fma(x, 0x1.71547652b82fep+0, magic);
        const Pack<T, N> k = t - magic;
        // The upper part of ln 2 has so few bits that its product with k is exact without fma.
        if constexpr (std::is_same_v<T, float>) {
            r = fma(k, -0x1.63p-1f, x);
            r = fma(k, 0x1.bd0106p-13f, r);
        } else {
            r = fma(k, -0x1.62e42feep-1, x);
            r = fma(k, -0x1.a39ef35793c76p-33, r);
        }
        power = (Bits<T, N>(t) << F::mantissa_bits).pack();
    }
};

template <class T>
struct exp_range;
template <>
struct exp_range<float> {
    static constexpr float low = -86.98f;  // below: 2^(k-1) would not be normal any more
    static constexpr float high = 89;      // from here on infinite
};
template <>
struct exp_range<double> {
    static constexpr double low = -708.0;
    static constexpr double high = 710;
};

}  // namespace detail

/// e^x; 0 where it would be below 1.7e-38 (double: 3e-308). Errors 0.9 and 0.9 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> exp(Pack<T, N> x) {
    using R = detail::exp_range<T>;
    const detail::ExpReduction<T, N> d(min(x, R::high));
    const Pack<T, N> r = d.r;
    Pack<T, N> y;  // 2 e^r
    if constexpr (std::is_same_v<T, float>) {
        y = detail::polynomial(r, 0x1.6a5e64p-9f, 0x1.123ad8p-6f, 0x1.5558a2p-4f, 0x1.55549p-2f,
                               0x1.fffffcp-1f, 2, 2);
    } else {
        y = detail::polynomial(r, 0x1.ad8e1db662edbp-25, 0x1.28ae5c85eda27p-21,
                               0x1.71df1cc996ab1p-18, 0x1.a0199905484fep-15, 0x1.a01a012dda009p-12,
                               0x1.6c16c184915ffp-9, 0x1.1111111127258p-6, 0x1.555555555067p-4,
                               0x1.55555555554fcp-2, 0x1.000000000000ap+0, 2, 2);
    }
    return where(x < R::low, 0, y * d.power);
}

/// e^x - 1, accurate near 0. Errors 1.5 and 1.9 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> expm1(Pack<T, N> x) {
    using R = detail::exp_range<T>;
    // Below -40 the result is -1 in both formats.
    const detail::ExpReduction<T, N> d(min(max(x, -40), R::high));
    const Pack<T, N> r = d.r;
    Pack<T, N> y;  // (e^r - 1 - r) / r^2
    if constexpr (std::is_same_v<T, float>) {
        y = detail::polynomial(r, 0x1.9e0ceep-13f, 0x1.6d4396p-10f, 0x1.111306p-7f, 0x1.5554fp-5f,
                               0x1.555554p-3f, 0.5f);
    } else {
        y = detail::polynomial(r, 0x1.1f1a870deab21p-29, 0x1.af5f81e8db9a2p-26,
                               0x1.27e5132169b1bp-22, 0x1.71ddf7e762281p-19, 0x1.a01a018e10c1ep-16,
                               0x1.a01a01b00f385p-13, 0x1.6c16c16c1ab07p-10, 0x1.111111110f644p-7,
                               0x1.555555555554dp-5, 0x1.5555555555559p-3, 0.5);
    }
    y = fma(y, r * r, r);
    y = fma(y, d.power, d.power - 0.5);
    return where(x == 0, x, y + y);
}

// ------------------------------------------------------------------------------------ logarithms

namespace detail {

/// x = 2^exponent (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for positive normal x. `inverse` is
/// 2^-exponent, for x below 2^127 (double: 2^1023).
template <class T, int N>
struct LogReduction {
    Pack<T, N> exponent, f, inverse;

    explicit BLUE_INLINE LogReduction(Pack<T, N> x) {
        using F = format<T>;
        using B = Bits<T, N>;
        const B t = B(x) - F::sqrt_half;
        exponent = exponent_number(t);
        f = ((t & F::mantissa) + F::sqrt_half).pack() - 1;
        inverse = (B(F::one) - (t & ~F::mantissa)).pack();
    }
};

/// log(1 + f) + exponent ln 2. All products that are added go through explicit multiply-adds, so
/// that compilers have nothing to fuse on their own: noise is made of this function.
template <class T, int N>
BLUE_INLINE Pack<T, N> log_sum(Pack<T, N> f, Pack<T, N> exponent) {
    using P = Pack<T, N>;
    const P f2 = f * f;
    if constexpr (std::is_same_v<T, float>) {
        const P q =
            polynomial(f, -0x1.38de36p-4f, 0x1.056c98p-3f, -0x1.0d853ap-3f, 0x1.22d788p-3f,
                       -0x1.54720cp-3f, 0x1.99a028p-3f, -0x1.000228p-2f, 0x1.555554p-2f, -0.5f);
        const P y = f + fma(q, f2, exponent * -0x1.bd0106p-13f);
        return fma(exponent, 0x1.63p-1f, y);
    } else {
        // log(1 + f) = 2 atanh(s) = f - s (f - R) = f - (f^2/2 - s (f^2/2 + R)), s = f / (2 + f):
        // the form of fdlibm with minimax coefficients of our own.
        const P s = f / (f + 2);
        const P z = s * s;
        const P q = polynomial(z, 0x1.2f171455cee48p-3, 0x1.39a017b678884p-3, 0x1.74664de26594ep-3,
                               0x1.c71c51c70a8a6p-3, 0x1.2492494239a4p-2, 0x1.999999997f957p-2,
                               0x1.5555555555593p-1);
        const P half = 0.5 * f2;
        const P y = fma(exponent, 0x1.a39ef35793c76p-33, s * fma(q, z, half));
        return fma(exponent, 0x1.62e42feep-1, f - (half - y));
    }
}

/// log(1 + x) for -1 < x < 2^60, NaN for NaN.
template <class T, int N>
BLUE_INLINE Pack<T, N> log1p_bounded(Pack<T, N> x) {
    // (1 + x) 2^-e - 1 straight from x: the rounding of 1 + x only chooses e.
    const LogReduction<T, N> d(1 + x);
    return log_sum(fma(x, d.inverse, d.inverse - 1), d.exponent);
}

/// The value y of a logarithm of x unless x is zero, negative, infinite or NaN.
template <class T, int N>
BLUE_INLINE Pack<T, N> log_limits(Pack<T, N> x, Pack<T, N> y) {
    using F = format<T>;
    y = where(x < F::smallest_normal, where(x < 0, F::nan, -F::infinity), y);
    return where(x < F::infinity, y, x);
}

}  // namespace detail

/// Natural logarithm. Errors 0.9 and 0.9 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> log(Pack<T, N> x) {
    const detail::LogReduction<T, N> d(x);
    return detail::log_limits(x, detail::log_sum(d.f, d.exponent));
}

/// log(1 + x), accurate near 0. Errors 1.5 and 1.4 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> log1p(Pack<T, N> x) {
    const Pack<T, N> u = 1 + x;
    const detail::LogReduction<T, N> d(u);
    // As in log1p_bounded. From 2^60 on the rounding of 1 + x is far below that of the result,
    // and 2^-e soon out of range.
    const Pack<T, N> f = where(x < T(0x1p60), fma(x, d.inverse, d.inverse - 1), d.f);
    return detail::log_limits(u, detail::log_sum(f, d.exponent));
}

// ------------------------------------------------------------------------------------ compositions

/// log(1 + e^x) without overflow. Errors 1.8 and 1.7 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> softplus(Pack<T, N> x) {
    return max(x, 0) + detail::log1p_bounded(exp(-abs(x)));
}

/// 1 / (1 + e^-x) without overflow. Errors 2.4 and 2.4 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> sigmoid(Pack<T, N> x) {
    const Pack<T, N> e = exp(-abs(x));
    return where(x < 0, e, 1) / (1 + e);
}

/// Errors 2.6 and 2.6 ulp.
template <class T, int N>
BLUE_INLINE Pack<T, N> tanh(Pack<T, N> x) {
    const Pack<T, N> t = expm1(-2 * abs(x));
    return detail::copysign(t / (2 + t), x);
}

/// log(e^a + e^b) without overflow. Error 2 ulp of the larger of the result and the arguments.
template <class T, int N>
BLUE_INLINE Pack<T, N> log_add_exp(Pack<T, N> a, std::type_identity_t<Pack<T, N>> b) {
    // Equal infinities have no difference.
    const Pack<T, N> distance = where(a == b, 0, abs(a - b));
    return max(a, b) + detail::log1p_bounded(exp(-distance));
}
template <class A, class T, int N>
requires std::is_arithmetic_v<A> BLUE_INLINE Pack<T, N> log_add_exp(A a, Pack<T, N> b) {
    return log_add_exp(Pack<T, N>(a), b);
}

}  // namespace BLUE_ISA
}  // namespace blue::math
