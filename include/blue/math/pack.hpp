// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// `Pack<T, N>`: N numbers that are computed with as if they were one, the scalar type of formulas.
#pragma once

#include <blue/math/detail/register.hpp>

#include <type_traits>

namespace blue::math {
inline namespace BLUE_ISA {

template <class T, int N>
struct Pack;

/// As many numbers as two (SSE: four) native registers hold: what CPU sweeps compute with.
template <class T>
using NativePack = Pack<T, native_lanes<T>>;

/// One number with the functions of a pack. Formulas get this on the device and in tests and never
/// a bare float: on a float `0.5 * x` is a double, and `exp(x)` finds ::exp(double).
template <class T>
using Number = Pack<T, 1>;

/// The outcome of a comparison, lane by lane.
template <class T, int N>
struct Mask {
    static constexpr int count = detail::Storage<T, N>::count;
    using Register =
        std::conditional_t<N == 1, bool, typename detail::Storage<detail::signed_word<T>, N>::type>;
    Register r[count];

    friend BLUE_INLINE Mask operator&(Mask a, Mask b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] & b.r[i]);
        return a;
    }
    friend BLUE_INLINE Mask operator|(Mask a, Mask b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] | b.r[i]);
        return a;
    }
    BLUE_INLINE Mask operator!() const {
        Mask a;
        if constexpr (N == 1)
            a.r[0] = !r[0];
        else
            BLUE_EACH_REGISTER(i, count, a.r[i] = ~r[i]);
        return a;
    }
    BLUE_INLINE bool operator[](int lane) const {
        if constexpr (N == 1) {
            return r[0];
        } else {
            return r[lane / detail::register_lanes<T>][lane % detail::register_lanes<T>] != 0;
        }
    }

    /// a where the mask holds, else b. Numbers broadcast.
    friend BLUE_INLINE Pack<T, N> where(Mask m, Pack<T, N> a, Pack<T, N> b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = detail::select(m.r[i], a.r[i], b.r[i]));
        return a;
    }
    /// Whether any lane holds.
    friend BLUE_INLINE bool any(Mask m) {
        BLUE_UNROLL for (int i = 1; i < count; ++i) m.r[0] = m.r[0] | m.r[i];
        return detail::any_lane(m.r[0]);
    }
    friend BLUE_INLINE bool all(Mask m) { return !any(!m); }

    /// A pack has no single truth value. Explains itself when `if`, `?:`, `&&` or `||` ask for one.
    template <class Bool>
    requires std::is_same_v<Bool, bool> BLUE_INLINE operator Bool() const {
        static_assert(
            !std::is_same_v<Bool, bool>,
            "blue: a comparison of packs has one outcome per lane: write where(condition, "
            "a, b) instead of if or ?:, and & | ! instead of && ||");
        return false;
    }
};

/// N lanes of float or double: an array of native registers, or one scalar when N is 1. (A single
/// wide generic vector would be lowered through memory by GCC: five times slower.)
template <class T, int N>
struct Pack {
    using scalar = T;
    using Register = typename detail::Storage<T, N>::type;
    static constexpr int lanes = N;
    static constexpr int count = detail::Storage<T, N>::count;
    static constexpr int per_register = N / count;
    Register r[count];

    Pack() = default;

    /// The same number in all lanes.
    template <class A>
    requires std::is_arithmetic_v<A> BLUE_INLINE Pack(A a) {
        const T value = static_cast<T>(a);
        if constexpr (N == 1)
            r[0] = value;
        else
            BLUE_EACH_REGISTER(i, count, r[i] = value - Register{});  // x - 0 is x, also for -0
    }

    BLUE_INLINE static Pack load(const T* p) {
        Pack a;
        BLUE_EACH_REGISTER(i, count, detail::load(p + i * per_register, a.r[i]));
        return a;
    }
    BLUE_INLINE void store(T* p) const {
        BLUE_EACH_REGISTER(i, count, detail::store(p + i * per_register, r[i]));
    }
    BLUE_INLINE T operator[](int lane) const {
        if constexpr (N == 1) {
            return r[0];
        } else {
            return r[lane / per_register][lane % per_register];
        }
    }

    friend BLUE_INLINE Pack operator+(Pack a, Pack b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] + b.r[i]);
        return a;
    }
    friend BLUE_INLINE Pack operator-(Pack a, Pack b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] - b.r[i]);
        return a;
    }
    friend BLUE_INLINE Pack operator*(Pack a, Pack b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] * b.r[i]);
        return a;
    }
    friend BLUE_INLINE Pack operator/(Pack a, Pack b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = a.r[i] / b.r[i]);
        return a;
    }
    BLUE_INLINE Pack operator-() const {
        Pack a;
        BLUE_EACH_REGISTER(i, count, a.r[i] = -r[i]);
        return a;
    }
    BLUE_INLINE Pack operator+() const { return *this; }
    BLUE_INLINE Pack& operator+=(Pack b) { return *this = *this + b; }
    BLUE_INLINE Pack& operator-=(Pack b) { return *this = *this - b; }
    BLUE_INLINE Pack& operator*=(Pack b) { return *this = *this * b; }
    BLUE_INLINE Pack& operator/=(Pack b) { return *this = *this / b; }

    friend BLUE_INLINE Mask<T, N> operator<(Pack a, Pack b) {
        Mask<T, N> m;
        BLUE_EACH_REGISTER(i, count, m.r[i] = a.r[i] < b.r[i]);
        return m;
    }
    friend BLUE_INLINE Mask<T, N> operator<=(Pack a, Pack b) {
        Mask<T, N> m;
        BLUE_EACH_REGISTER(i, count, m.r[i] = a.r[i] <= b.r[i]);
        return m;
    }
    friend BLUE_INLINE Mask<T, N> operator==(Pack a, Pack b) {
        Mask<T, N> m;
        BLUE_EACH_REGISTER(i, count, m.r[i] = a.r[i] == b.r[i]);
        return m;
    }
    friend BLUE_INLINE Mask<T, N> operator>(Pack a, Pack b) { return b < a; }
    friend BLUE_INLINE Mask<T, N> operator>=(Pack a, Pack b) { return b <= a; }
    friend BLUE_INLINE Mask<T, N> operator!=(Pack a, Pack b) { return !(a == b); }

    /// a b + c in one rounding where the hardware has it, else in two.
    friend BLUE_INLINE Pack fma(Pack a, Pack b, Pack c) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = detail::multiply_add(a.r[i], b.r[i], c.r[i]));
        return a;
    }
    friend BLUE_INLINE Pack sqrt(Pack a) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = detail::square_root(a.r[i]));
        return a;
    }
    /// The smaller one; a NaN in a stays, a NaN in b is dropped.
    friend BLUE_INLINE Pack min(Pack a, Pack b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = detail::minimum(a.r[i], b.r[i]));
        return a;
    }
    /// The larger one; a NaN in a stays, a NaN in b is dropped.
    friend BLUE_INLINE Pack max(Pack a, Pack b) {
        BLUE_EACH_REGISTER(i, count, a.r[i] = detail::maximum(a.r[i], b.r[i]));
        return a;
    }
    friend BLUE_INLINE Pack clamp(Pack a, Pack low, Pack high) { return min(max(a, low), high); }

    /// The sum of all lanes, lane i with lane i + N/2, then i + N/4 and so on: an order that does
    /// not depend on the width of the registers.
    friend BLUE_INLINE T sum(Pack a) {
        BLUE_UNROLL for (int half = count / 2; half > 0; half /= 2) for (int i = 0; i < half; ++i)
            a.r[i] = a.r[i] + a.r[i + half];
        return detail::sum_lanes(a.r[0]);
    }
    /// The largest lane. When lanes are NaN the result is any one of the lanes.
    friend BLUE_INLINE T largest(Pack a) {
        BLUE_UNROLL for (int i = 1; i < count; ++i) a.r[0] = detail::maximum(a.r[0], a.r[i]);
        return detail::largest_lane(a.r[0]);
    }
};

}  // namespace BLUE_ISA
}  // namespace blue::math
