// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operations on native registers without intrinsics, for other processors.
#pragma once

#include <blue/math/detail/register.hpp>

#if !defined(BLUE_X86_INTRINSICS)

namespace blue::math {
inline namespace BLUE_ISA {
namespace detail {

template <Register V>
BLUE_INLINE V multiply_add(V a, V b, V c) {
    BLUE_UNROLL for (int i = 0; i < lanes_of<V>; ++i) a[i] = multiply_add(a[i], b[i], c[i]);
    return a;
}
template <Register V>
BLUE_INLINE V square_root(V a) {
    BLUE_UNROLL for (int i = 0; i < lanes_of<V>; ++i) a[i] = square_root(a[i]);
    return a;
}
template <class M, Register V>
BLUE_INLINE V select(M condition, V a, V b) {
    BLUE_UNROLL for (int i = 0; i < lanes_of<V>; ++i) a[i] = condition[i] != 0 ? a[i] : b[i];
    return a;
}
template <Register V>
BLUE_INLINE V minimum(V a, V b) {
    return select(b < a, b, a);
}
template <Register V>
BLUE_INLINE V maximum(V a, V b) {
    return select(a < b, b, a);
}
template <class T, Register V>
BLUE_INLINE void load(const T* p, V& a) {
    __builtin_memcpy(&a, p, sizeof a);
}
template <class T, Register V>
BLUE_INLINE void store(T* p, V a) {
    __builtin_memcpy(p, &a, sizeof a);
}
template <Register V>
BLUE_INLINE auto sum_lanes(V a) {
    for (int half = lanes_of<V> / 2; half > 0; half /= 2)
        for (int i = 0; i < half; ++i) a[i] = a[i] + a[i + half];
    return a[0];
}
template <Register V>
BLUE_INLINE auto largest_lane(V a) {
    for (int i = 1; i < lanes_of<V>; ++i) a[0] = a[0] < a[i] ? a[i] : a[0];
    return a[0];
}
inline constexpr int interleaved_bytes = bytes;
template <class T, Register V>
BLUE_INLINE void load_interleaved(const T* first, const T*, V& a) {
    load(first, a);
}
template <Register V>
BLUE_INLINE void interleave(V a, V b, V& first, V& second) {
    constexpr int half = lanes_of<V> / 2;
    BLUE_UNROLL for (int i = 0; i < half; ++i) {
        first[2 * i] = a[i];
        first[2 * i + 1] = b[i];
        second[2 * i] = a[half + i];
        second[2 * i + 1] = b[half + i];
    }
}
template <class M>
BLUE_INLINE bool any_lane(M a) {
    bool result = false;
    BLUE_UNROLL for (int i = 0; i < lanes_of<M>; ++i) result = result || a[i] != 0;
    return result;
}
BLUE_INLINE void load_floats(const float* p, DoubleRegister& a) {
    BLUE_UNROLL for (int i = 0; i < register_lanes<double>; ++i) a[i] = p[i];
}
BLUE_INLINE void store_floats(float* p, DoubleRegister a) {
    BLUE_UNROLL for (int i = 0; i < register_lanes<double>; ++i) p[i] = static_cast<float>(a[i]);
}
BLUE_INLINE void widen(const std::uint32_t* p, Vector<std::uint64_t>::type& a) {
    BLUE_UNROLL for (int i = 0; i < register_lanes<double>; ++i) a[i] = p[i];
}
BLUE_INLINE void to_float(Vector<std::int32_t>::type a, FloatRegister& b) {
    BLUE_UNROLL for (int i = 0; i < register_lanes<float>; ++i) b[i] = static_cast<float>(a[i]);
}

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math

#endif
