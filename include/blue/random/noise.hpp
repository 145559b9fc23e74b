// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Kinds of noise: how a standard distribution is made from random words, without rejection.
///
/// A kind is a small struct with `words`, the number of 32-bit words per value (0, 1 or 2), and one
/// of
///   * `from_word(w)`, or `from_pair(w0, w1, z0, z1)` when two words make two values (words == 1),
///   * `from_words(w0, w1)` (words == 2),
/// templates over the scalar type and the number of lanes. All products that are added go through
/// `fma`, so that compilers have nothing left to fuse: a value has the same bits on all machines
/// with fused multiply-add, and differs by rounding (2 ulp in a normal) on others.
#pragma once

#include <blue/math/functions.hpp>
#include <blue/random/threefry.hpp>

#include <cstdint>

namespace blue::noise::inline BLUE_ISA {

/// The words of N lanes that become N values of type T.
template <class T, int N>
using Words = math::detail::Bits<T, N>;

namespace detail {

using math::Pack;

/// Words below 2^31 as numbers, rounded to nearest.
template <class T, int N>
BLUE_INLINE Pack<T, N> to_number(Words<T, N> w) {
    if constexpr (sizeof(T) == 4) {
        Pack<T, N> x;
        BLUE_UNROLL for (int i = 0; i < x.count; ++i) math::detail::to_float(
            math::detail::bit_cast<typename math::detail::Storage<std::int32_t, N>::type>(w.r[i]),
            x.r[i]);
        return x;
    } else {
        return (w | std::uint64_t{0x4330000000000000}).pack() - 0x1p52;
    }
}

/// The low 31 bits as (v + 1/2) 2^scale.
template <class T, int N>
BLUE_INLINE Pack<T, N> centred(Words<T, N> w, T scale) {
    return fma(to_number<T, N>(w), scale, scale / 2);
}

/// Flips the sign of x where bit 31 of w is set.
template <class T, int N>
BLUE_INLINE Pack<T, N> with_sign(Pack<T, N> x, Words<T, N> w) {
    constexpr int up = sizeof(T) == 4 ? 0 : 32;
    return (Words<T, N>(x) ^ ((w << up) & math::detail::format<T>::sign)).pack();
}

/// Logarithm of positive normal numbers.
template <class T, int N>
BLUE_INLINE Pack<T, N> log_of_positive(Pack<T, N> x) {
    const math::detail::LogReduction<T, N> d(x);
    return math::detail::log_sum(d.f, d.exponent);
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

/// Sine and cosine of an angle uniform in (0, pi/4), from the low 29 bits, exchanged by bit 29.
/// With two random signs the point is uniform on the circle. Both are relatively accurate, however
/// small.
template <class T, int N>
BLUE_INLINE void point_on_circle(Words<T, N> w, Pack<T, N>& x, Pack<T, N>& y) {
    constexpr T scale = T(0x1.921fb54442d18p-30);  // pi/4 / 2^29
    const Pack<T, N> angle = centred<T, N>(w & 0x1fffffffu, scale);
    const Pack<T, N> s = math::detail::sin_kernel(angle), c = math::detail::cos_kernel(angle);
    const auto exchange = (w & 0x20000000u) == Words<T, N>(0x20000000u);
    x = where(exchange, s, c);
    y = where(exchange, c, s);
}

}  // namespace detail

/// No noise: nothing is drawn.
struct None {
    static constexpr int words = 0;
};

/// Standard normal, by Box and Muller. Values up to 6.66 standard deviations.
struct Normal {
    static constexpr int words = 1;
    template <class T, int N>
    static BLUE_INLINE void from_pair(Words<T, N> w0, Words<T, N> w1, math::Pack<T, N>& z0,
                                      math::Pack<T, N>& z1) {
        const math::Pack<T, N> u = detail::centred<T, N>(w0 >> 1, T(0x1p-31));
        const math::Pack<T, N> radius = sqrt(-2 * detail::log_of_positive(u));
        math::Pack<T, N> x, y;
        detail::point_on_circle<T, N>(w1, x, y);
        z0 = detail::with_sign(radius * x, w1);
        z1 = detail::with_sign(radius * y, w1 << 1);
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
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        const math::Pack<T, N> u = detail::centred<T, N>(w & 0x7fffffffu, T(0x1p-31));
        return detail::with_sign(-detail::log_of_positive(u), w);
    }
};

/// Logistic with scale 1: a sign and |z| = log((1 - u) / u) for u in (0, 1/2].
struct Logistic {
    static constexpr int words = 1;
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
    template <class T, int N>
    static BLUE_INLINE math::Pack<T, N> from_word(Words<T, N> w) {
        math::Pack<T, N> x, y;
        detail::point_on_circle<T, N>(w, x, y);
        return detail::with_sign(y / x, w);
    }
};

/// Student's t with any number of degrees of freedom nu > 0.5, by Bailey's polar method:
/// Mathematics of Computation 62 (1994) 779.
struct StudentT {
    static constexpr int words = 2;
    double nu = 1;
    template <class T, int N>
    BLUE_INLINE math::Pack<T, N> from_words(Words<T, N> w0, Words<T, N> w1) const {
        const T degrees = static_cast<T>(nu);
        const math::Pack<T, N> u = detail::centred<T, N>(w0 >> 1, T(0x1p-31));
        const math::Pack<T, N> e = expm1((-2 / degrees) * detail::log_of_positive(u));
        math::Pack<T, N> x, y;
        detail::point_on_circle<T, N>(w1, x, y);
        return detail::with_sign(sqrt(degrees * e) * x, w1);
    }
};

}  // namespace blue::noise::inline BLUE_ISA

#include <blue/random/draw.hpp>
