// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Kinds of noise: how a standard distribution is made from random words, without rejection.
///
/// A kind is a small struct with `words`, the number of 32-bit words per value (0, 1 or 2), and one
/// of
///   * `from_word(w)`, or `from_pair(w0, w1, z0, z1)` when two words make two values (words == 1),
///   * `from_words(w0, w1)` (words == 2),
/// templates over the scalar type and the number of lanes. A kind that is distributed as its
/// negative says `symmetric = true`. All products that are added go through
/// `fma` or `rounded_product`, so that compilers have nothing left to fuse: a value has the same
/// bits on all machines with fused multiply-add, and differs by rounding (2 ulp in a normal) on
/// others.
#pragma once

#include <blue/math/functions.hpp>
#include <blue/random/threefry.hpp>

#include <cstdint>

namespace blue::noise {
inline namespace BLUE_ISA {

/// The words of N lanes that become N values of type T.
template <class T, int N>
using Words = math::detail::Bits<T, N>;

namespace detail {

using math::Pack;

/// (w + 1/2) scale for words below 2^31 and a power of two.
template <class T, int N>
BLUE_INLINE Pack<T, N> centred(Words<T, N> w, T scale) {
    return fma(math::detail::signed_number(w), scale, scale / 2);
}

/// Flips the sign of x where bit 31 of w is set.
template <class T, int N>
BLUE_INLINE Pack<T, N> with_sign(Pack<T, N> x, Words<T, N> w) {
    constexpr int up = sizeof(T) == 4 ? 0 : 32;
    return (Words<T, N>(x) ^ ((w << up) & math::detail::format<T>::sign)).pack();
}

/// log(x) for positive normal numbers.
template <class T, int N>
BLUE_INLINE Pack<T, N> log_of_positive(Pack<T, N> x) {
    const math::detail::LogReduction<T, N> d(x);
    return math::detail::log_sum(d.f, d.exponent);
}

/// -2 log(u) for u = (w + 1/2) / 2^31 with the upper 31 bits of a word.
template <int N>
BLUE_INLINE Pack<float, N> minus_two_log(Words<float, N> w) {
    // In fewer operations than log: the square root to come halves the relative error. 2^31 u is
    // 2^(e + 31) (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and log(1 + f) / f a polynomial.
    using F = math::detail::format<float>;
    const Pack<float, N> number = math::detail::signed_number(w >> 1) + 0.5f;
    const Words<float, N> t = Words<float, N>(number) - (F::sqrt_half + (31u << F::mantissa_bits));
    const Pack<float, N> e = math::detail::exponent_number(t);
    const Pack<float, N> f = ((t & F::mantissa) + F::sqrt_half).pack() - 1;
    const Pack<float, N> q = math::detail::polynomial(
        f, -0x1.65f5bap-3f, 0x1.250e38p-2f, -0x1.317f7ap-2f, 0x1.535aeap-2f, -0x1.98d32ep-2f,
        0x1.0004aep-1f, -0x1.5556f2p-1f, 0x1.fffffap-1f);
    const Pack<float, N> whole = math::detail::rounded_product(e, Pack<float, N>(-0x1.62e43p+0f));
    return fma(q, f * f, -(f + f)) + whole;
}
template <int N>
BLUE_INLINE Pack<double, N> minus_two_log(Words<double, N> w) {
    return -2 * log_of_positive(centred<double, N>(w >> 1, 0x1p-31));
}

/// -log(u) for u = (w + 1/2) / 2^32: relatively accurate also for u next to 1.
template <class T, int N>
BLUE_INLINE Pack<T, N> exponential(Words<T, N> w) {
    using P = Pack<T, N>;
    const auto upper = (w & 0x80000000u) == Words<T, N>(0x80000000u);  // u > 1/2
    const Words<T, N> folded = (w ^ (Words<T, N>(0) - (w >> 31))) & 0x7fffffffu;
    const P v = centred<T, N>(folded, T(0x1p-32));  // u, or 1 - u in the upper half
    const math::detail::LogReduction<T, N> d(where(upper, 1 - v, v));
    const P f = where(upper, fma(-v, d.inverse, d.inverse - 1), d.f);
    return -math::detail::log_sum(f, d.exponent);
}

/// Exchanges x and y where bit 30 of w is set.
template <class T, int N>
BLUE_INLINE void exchange(Words<T, N> w, Pack<T, N>& x, Pack<T, N>& y) {
    using W = Words<T, N>;
    if constexpr (N == 1 || BLUE_REGISTER_BYTES == 64) {
        const auto m = (w & 0x40000000u) == W(0x40000000u);
        const Pack<T, N> larger = x;
        x = where(m, y, x);
        y = where(m, larger, y);
    } else {
        // Without mask registers a blend is two or three instructions: exchange by exclusive or.
        const W difference = (W(x) ^ W(y)) & math::detail::spread_bit_31(w << 1);
        x = (W(x) ^ difference).pack();
        y = (W(y) ^ difference).pack();
    }
}

/// A point uniform on the unit circle: the sine and cosine of an angle in [-pi/4, pi/4) from the
/// low 30 bits, exchanged by bit 30, the cosine with the sign of bit 31. Both coordinates are
/// relatively accurate, however small, and have the same bits on all machines, with and without
/// fused multiply-add: that keeps normals together within 2 ulp.
template <class T, int N>
BLUE_INLINE void point_on_circle(Words<T, N> w, Pack<T, N>& x, Pack<T, N>& y) {
    using P = Pack<T, N>;
    using namespace math::detail;
    constexpr T scale = T(0x1.921fb54442d18p-32);  // pi/4 / 2^31
    const P angle = scale * signed_number(sign_extended(w << 2));
    const P z = angle * angle;
    if constexpr (sizeof(T) == 4) {
        const P p = unfused_polynomial(z, -0x1.9953fep-13f, 0x1.110778p-7f, -0x1.555546p-3f);
        x = unfused_polynomial(z, -0x1.6449e8p-10f, 0x1.553e66p-5f, -0x1.ffffb2p-2f, 1);
        y = unfused(p * z, angle, angle);
    } else {
        const P p = unfused_polynomial(z, 0x1.5d8e3511cda67p-33, -0x1.ae5e5471f55p-26,
                                       0x1.71de355f05599p-19, -0x1.a01a019bf222ep-13,
                                       0x1.111111110f75dp-7, -0x1.5555555555548p-3);
        x = unfused_polynomial(z, -0x1.8fa681e385241p-37, 0x1.1ee9dbd0d86a6p-29,
                               -0x1.27e4f7f19d4b2p-22, 0x1.a01a019c8f3eep-16,
                               -0x1.6c16c16c15016p-10, 0x1.555555555554bp-5, -0.5, 1);
        y = unfused(p * z, angle, angle);
    }
    x = with_sign(x, w);
    exchange<T, N>(w, x, y);
}

}  // namespace detail

/// No noise: nothing is drawn.
struct None {
    static constexpr int words = 0;
};

/// Standard normal, by Box and Muller. Values up to 6.66 standard deviations.
struct Normal {
    static constexpr int words = 1;
    static constexpr bool symmetric = true;
    template <class T, int N>
    static BLUE_INLINE void from_pair(Words<T, N> w0, Words<T, N> w1, math::Pack<T, N>& z0,
                                      math::Pack<T, N>& z1) {
        const math::Pack<T, N> radius = sqrt(detail::minus_two_log(w0));
        math::Pack<T, N> x, y;
        detail::point_on_circle<T, N>(w1, x, y);
        z0 = radius * x;
        z1 = radius * y;
    }
};

/// Uniform on (0, 1), of 23 bits: neither end is ever reached, also not by rounding.
struct Uniform {
    static constexpr int words = 1;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        return detail::centred<T, N>(w >> 9, T(0x1p-23));
    }
};

/// 0 with a probability, to 2^-23, else 1 / (1 - probability): 1 on average.
struct Mask {
    static constexpr int words = 1;
    double probability = 0.5;
    template <class T, int N>
    BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) const {
        using P = math::Pack<T, N>;
        const P u = detail::centred<T, N>(w >> 9, T(0x1p-23));
        return where(u < P(static_cast<T>(probability)), P(T(0)),
                     P(static_cast<T>(1 / (1 - probability))));
    }
};

/// A fair sign, 1 or -1 (Rademacher).
struct Sign {
    static constexpr int words = 1;
    static constexpr bool symmetric = true;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        return detail::with_sign(math::Pack<T, N>(T(1)), w);
    }
};

/// Standard exponential, up to 22.9.
struct Exponential {
    static constexpr int words = 1;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        return detail::exponential<T, N>(w);
    }
};

/// Standard Gumbel (of the maximum): -log of an exponential.
struct Gumbel {
    static constexpr int words = 1;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        return -detail::log_of_positive(detail::exponential<T, N>(w));
    }
};

/// Laplace with scale 1: a sign and an exponential magnitude, up to 22.2.
struct Laplace {
    static constexpr int words = 1;
    static constexpr bool symmetric = true;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        const math::Pack<T, N> u = detail::centred<T, N>(w & 0x7fffffffu, T(0x1p-31));
        return detail::with_sign(-detail::log_of_positive(u), w);
    }
};

/// Logistic with scale 1: a sign and |z| = log((1 - u) / u) for u in (0, 1/2].
struct Logistic {
    static constexpr int words = 1;
    static constexpr bool symmetric = true;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        const math::Pack<T, N> u = detail::centred<T, N>(w & 0x7fffffffu, T(0x1p-32));
        // As log1p((1 - 2u) / u): relatively accurate also next to 0.
        return detail::with_sign(math::detail::log1p_bounded(fma(-2, u, 1) / u), w);
    }
};

/// Standard Cauchy: the quotient of the coordinates of a point on the circle.
struct Cauchy {
    static constexpr int words = 1;
    static constexpr bool symmetric = true;
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        math::Pack<T, N> x, y;
        detail::point_on_circle<T, N>(w | 1, x, y);  // not on an axis
        return y / x;
    }
};

/// Student's t with any number of degrees of freedom nu > 0.5, by Bailey's polar method:
/// Mathematics of Computation 62 (1994) 779. The square of the largest number is 2^(64 / nu), which
/// as a float is infinite from nu = 0.5 downwards.
struct StudentT {
    static constexpr int words = 2;
    static constexpr bool symmetric = true;
    double nu = 1;
    template <class T, int N>
    BLUE_INLINE math::Pack<T, N> from_words(Words<T, N> w0, Words<T, N> w1) const {
        const T degrees = static_cast<T>(nu);
        const math::Pack<T, N> u = detail::centred<T, N>(w0 >> 1, T(0x1p-31));
        const math::Pack<T, N> e = expm1((-2 / degrees) * detail::log_of_positive(u));
        math::Pack<T, N> x, y;
        detail::point_on_circle<T, N>(w1, x, y);
        return sqrt(degrees * e) * x;
    }
};

}  // namespace BLUE_ISA
}  // namespace blue::noise
