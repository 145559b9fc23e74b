// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The bit patterns of a pack: what exponents, signs and random words are computed with.
#pragma once

#include <blue/math/pack.hpp>

#include <bit>
#include <cstdint>

namespace blue::math {
inline namespace BLUE_ISA {
namespace detail {

/// The lanes of a Pack<T, N> as unsigned integers of the size of T.
template <class T, int N>
struct Bits {
    using word = detail::word<T>;
    using Register = typename Storage<word, N>::type;
    using FloatingRegister = typename Pack<T, N>::Register;
    static constexpr int count = Pack<T, N>::count;
    Register r[count];

    Bits() = default;
    BLUE_INLINE Bits(word a) {
        if constexpr (N == 1)
            r[0] = a;
        else
            BLUE_EACH_REGISTER(i, count, r[i] = a - Register{});
    }
    explicit BLUE_INLINE Bits(Pack<T, N> a) {
        BLUE_EACH_REGISTER(i, count, r[i] = bit_cast<Register>(a.r[i]));
    }
    BLUE_INLINE Pack<T, N> pack() const {
        Pack<T, N> a;
        BLUE_EACH_REGISTER(i, count, a.r[i] = bit_cast<FloatingRegister>(r[i]));
        return a;
    }

    friend BLUE_INLINE Bits operator+(Bits a, Bits b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] + b.r[i]);
        return a;
    }
    friend BLUE_INLINE Bits operator-(Bits a, Bits b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] - b.r[i]);
        return a;
    }
    friend BLUE_INLINE Bits operator&(Bits a, Bits b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] & b.r[i]);
        return a;
    }
    friend BLUE_INLINE Bits operator|(Bits a, Bits b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] | b.r[i]);
        return a;
    }
    friend BLUE_INLINE Bits operator^(Bits a, Bits b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] ^ b.r[i]);
        return a;
    }
    friend BLUE_INLINE Bits operator<<(Bits a, int shift) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] << shift);
        return a;
    }
    friend BLUE_INLINE Bits operator>>(Bits a, int shift) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] >> shift);
        return a;
    }
    friend BLUE_INLINE Mask<T, N> operator==(Bits a, Bits b) {
        Mask<T, N> m;
        BLUE_EACH_REGISTER(i, count, m.r[i] = a.r[i] == b.r[i]);
        return m;
    }
};

/// IEEE formats. (nvcc does not let device code call std::numeric_limits.)
template <class T>
struct format;
template <>
struct format<float> {
    static constexpr int mantissa_bits = 23;
    static constexpr int bias = 127;
    static constexpr std::uint32_t sign = 0x80000000u;
    static constexpr std::uint32_t mantissa = 0x007fffffu;
    static constexpr std::uint32_t exponent = 0x7f800000u;
    static constexpr std::uint32_t sqrt_half = 0x3f3504f3u;
    static constexpr std::uint32_t one = 0x3f800000u;
    static constexpr float smallest_normal = 0x1p-126f;
    static constexpr float largest = 0x1.fffffep+127f;
    static constexpr float infinity = __builtin_huge_valf();
    static constexpr float nan = __builtin_nanf("");
    /// Added to a small integer k it leaves k in the low bits: rounding and conversion in one.
    static constexpr float magic = 0x1.8p23f;
};
template <>
struct format<double> {
    static constexpr int mantissa_bits = 52;
    static constexpr int bias = 1023;
    static constexpr std::uint64_t sign = 0x8000000000000000u;
    static constexpr std::uint64_t mantissa = 0x000fffffffffffffu;
    static constexpr std::uint64_t exponent = 0x7ff0000000000000u;
    static constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdu;
    static constexpr std::uint64_t one = 0x3ff0000000000000u;
    static constexpr double smallest_normal = 0x1p-1022;
    static constexpr double largest = 0x1.fffffffffffffp+1023;
    static constexpr double infinity = __builtin_huge_val();
    static constexpr double nan = __builtin_nan("");
    static constexpr double magic = 0x1.8p52;
};

/// Signed integers of 32 bits, rounded to nearest.
template <int N>
BLUE_INLINE Pack<float, N> signed_number(Bits<float, N> a) {
    Pack<float, N> x;
    using Signed = typename Storage<std::int32_t, N>::type;
    BLUE_EACH_REGISTER(i, x.count, to_float(bit_cast<Signed>(a.r[i]), x.r[i]));
    return x;
}

/// 32-bit integers in the lanes: bit 31 is the sign.
template <int N>
BLUE_INLINE Bits<float, N> sign_extended(Bits<float, N> a) {
    return a;
}
template <int N>
BLUE_INLINE Bits<double, N> sign_extended(Bits<double, N> a) {
    const Bits<double, N> half = std::uint64_t{0x80000000};
    return ((a & std::uint64_t{0xffffffff}) ^ half) - half;
}

/// All bits of a lane as its bit 31.
template <int N>
BLUE_INLINE Bits<float, N> spread_bit_31(Bits<float, N> a) {
    using Signed = typename Storage<std::int32_t, N>::type;
    BLUE_EACH_REGISTER(
        i, a.count,
        a.r[i] = bit_cast<typename Bits<float, N>::Register>(bit_cast<Signed>(a.r[i]) >> 31));
    return a;
}
template <int N>
BLUE_INLINE Bits<double, N> spread_bit_31(Bits<double, N> a) {
    return Bits<double, N>(0) - ((a >> 31) & 1);
}

/// Integers below 2^51 in magnitude.
template <int N>
BLUE_INLINE Pack<double, N> signed_number(Bits<double, N> a) {
    return (a + Bits<double, N>(0x4338000000000000u)).pack() - 0x1.8p52;
}

/// The bits of a number x, less an offset, without the mantissa: its exponent as a number.
template <int N>
BLUE_INLINE Pack<float, N> exponent_number(Bits<float, N> a) {
    Pack<float, N> x;
    using Signed = typename Storage<std::int32_t, N>::type;
    BLUE_EACH_REGISTER(i, x.count, to_float(bit_cast<Signed>(a.r[i]) >> 23, x.r[i]));
    return x;
}
template <int N>
BLUE_INLINE Pack<double, N> exponent_number(Bits<double, N> a) {
    // Before AVX-512 there is no arithmetic shift of 64 bits: a logical one of a larger number.
    const Bits<double, N> large = (a + (std::uint64_t{2048} << 52)) >> 52;
    return (large | std::uint64_t{0x4330000000000000}).pack() - (0x1p52 + 2048);
}

/// Horner's rule, coefficients from the highest power down.
template <class P, class... C>
BLUE_INLINE P polynomial(P x, C... coefficients) {
    using T = typename P::scalar;
    const T c[] = {static_cast<T>(coefficients)...};
    P y = c[0];
    BLUE_UNROLL for (int i = 1; i < static_cast<int>(sizeof...(C)); ++i) y = fma(y, x, P(c[i]));
    return y;
}

/// A product that no compiler fuses with what is added to it.
template <class T, int N>
BLUE_INLINE Pack<T, N> rounded_product(Pack<T, N> a, Pack<T, N> b) {
    BLUE_EACH_REGISTER(i, a.count, a.r[i] = rounded_product(a.r[i], b.r[i]));
    return a;
}

/// a b + c in two roundings on every machine.
template <class T, int N>
BLUE_INLINE Pack<T, N> unfused(Pack<T, N> a, Pack<T, N> b, Pack<T, N> c) {
    return rounded_product(a, b) + c;
}

/// Horner's rule in two roundings per step on every machine.
template <class P, class... C>
BLUE_INLINE P unfused_polynomial(P x, C... coefficients) {
    using T = typename P::scalar;
    const T c[] = {static_cast<T>(coefficients)...};
    P y = c[0];
    BLUE_UNROLL for (int i = 1; i < static_cast<int>(sizeof...(C)); ++i) y = unfused(y, x, P(c[i]));
    return y;
}

/// f of every lane: for what has no vector form.
template <class T, int N, class F>
BLUE_INLINE Pack<T, N> lane_by_lane(Pack<T, N> x, F f) {
    T lane[N];
    x.store(lane);
    for (int i = 0; i < N; ++i) lane[i] = f(lane[i]);
    return Pack<T, N>::load(lane);
}

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math
