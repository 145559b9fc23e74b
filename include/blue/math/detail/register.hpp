// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Native vector registers: their types, and the operations that the compilers' vector extensions
/// lack.
///
/// Scalars have the same operations, for packs of one lane.
#pragma once

#include <blue/config.hpp>
#include <blue/math/detail/device_register.hpp>

#include <cmath>
#include <cstdint>
#include <type_traits>

#if defined(BLUE_X86_INTRINSICS) && defined(BLUE_ISA_SSE2)
#include <emmintrin.h>  // not all of <immintrin.h>: to read it takes the compiler 0.3 s
#elif defined(BLUE_X86_INTRINSICS)
#include <immintrin.h>
#endif

namespace blue::math {
inline namespace BLUE_ISA {

/// Lanes of a native pack: two registers, whose dependency chains overlap. (Four would be up to a
/// quarter faster on SSE where formulas have logarithms, and cost every program 6 % of its compile
/// time.)
template <class T>
inline constexpr int native_lanes = 2 * BLUE_REGISTER_BYTES / static_cast<int>(sizeof(T));

namespace detail {

inline constexpr int bytes = BLUE_REGISTER_BYTES;
template <class T>
inline constexpr int register_lanes = bytes / static_cast<int>(sizeof(T));

/// One native register of T.
template <class T>
struct Vector;
#if defined(__CUDA_ARCH__)
template <class T>
struct Vector {
    using type = DeviceRegister<T, register_lanes<T>>;
};
#else
template <>
struct Vector<float> {
    typedef float type __attribute__((vector_size(bytes)));
};
template <>
struct Vector<double> {
    typedef double type __attribute__((vector_size(bytes)));
};
template <>
struct Vector<std::int32_t> {
    typedef std::int32_t type __attribute__((vector_size(bytes)));
};
template <>
struct Vector<std::int64_t> {
    typedef std::int64_t type __attribute__((vector_size(bytes)));
};
template <>
struct Vector<std::uint32_t> {
    typedef std::uint32_t type __attribute__((vector_size(bytes)));
};
template <>
struct Vector<std::uint64_t> {
    typedef std::uint64_t type __attribute__((vector_size(bytes)));
};
#endif

using FloatRegister = Vector<float>::type;
using DoubleRegister = Vector<double>::type;

/// What N lanes of T are kept in: one scalar when N is 1, else native registers.
template <class T, int N>
struct Storage {
    static_assert(N % register_lanes<T> == 0, "blue: a pack is one number or whole registers");
    using type = typename Vector<T>::type;
    static constexpr int count = N / register_lanes<T>;
};
template <class T>
struct Storage<T, 1> {
    using type = T;
    static constexpr int count = 1;
};

/// The integers that have the size of T.
template <class T>
using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T>
using signed_word = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

template <class T>
concept Scalar = std::is_floating_point_v<T>;
template <class V>
concept Register = std::is_same_v<V, FloatRegister> || std::is_same_v<V, DoubleRegister>;
template <class V>
inline constexpr int lanes_of = BLUE_REGISTER_BYTES / static_cast<int>(sizeof(V{}[0]));

/// Reinterprets the bits.
template <class To, class From>
BLUE_INLINE To bit_cast(From from) {
    static_assert(sizeof(To) == sizeof(From));
    return __builtin_bit_cast(To, from);
}

// ------------------------------------------------------------------------------------- scalars

/// Whether a multiply-add is fused follows the hardware, as it does for registers: an emulated one
/// would be a hundred times slower.
template <Scalar T>
BLUE_INLINE T multiply_add(T a, T b, T c) {
#if defined(__CUDA_ARCH__)
    if constexpr (sizeof(T) == 4) {
        return __fmaf_rn(a, b, c);
    } else {
        return __fma_rn(a, b, c);
    }
#elif defined(__FMA__) || defined(__FP_FAST_FMA)
    if constexpr (sizeof(T) == 4) {
        return __builtin_fmaf(a, b, c);
    } else {
        return __builtin_fma(a, b, c);
    }
#else
    return a * b + c;
#endif
}

/// The number itself, but the compiler does not see where it comes from.
template <class V>
BLUE_INLINE V opaque(V a) {
#if defined(__CUDA_ARCH__)
#elif defined(__x86_64__)
    __asm__("" : "+v"(a));
#elif defined(__aarch64__)
    __asm__("" : "+w"(a));
#endif
    return a;
}

/// a b, rounded also where a compiler could fuse the product with a following addition, as g++ does
/// unless told otherwise.
template <class V>
BLUE_INLINE V rounded_product(V a, V b) {
#if defined(__CUDA_ARCH__)
    if constexpr (std::is_same_v<V, float>) {
        return __fmul_rn(a, b);
    } else if constexpr (std::is_same_v<V, double>) {
        return __dmul_rn(a, b);
    } else {
        return a * b;
    }
#elif defined(__FMA__) || defined(__aarch64__)
    return opaque(a * b);
#else
    return a * b;
#endif
}

template <Scalar T>
BLUE_INLINE T square_root(T a) {
#if defined(__CUDA_ARCH__)
    if constexpr (sizeof(T) == 4) {
        return __fsqrt_rn(a);
    } else {
        return __dsqrt_rn(a);
    }
#elif defined(BLUE_X86_INTRINSICS)
    // The instruction itself: std::sqrt also sets errno, with a branch and a call.
    if constexpr (sizeof(T) == 4) {
        return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a)));
    } else {
        return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(a)));
    }
#else
    return std::sqrt(a);
#endif
}

/// The smaller one; a NaN in a stays, a NaN in b is dropped. (So are those for registers.)
template <Scalar T>
BLUE_INLINE T minimum(T a, T b) {
    return b < a ? b : a;
}
template <Scalar T>
BLUE_INLINE T maximum(T a, T b) {
    return a < b ? b : a;
}
template <Scalar T>
BLUE_INLINE T select(bool condition, T a, T b) {
    return condition ? a : b;
}
template <Scalar T>
BLUE_INLINE void load(const T* p, T& a) {
    a = *p;
}
template <Scalar T>
BLUE_INLINE void store(T* p, T a) {
    *p = a;
}
template <Scalar T>
BLUE_INLINE T sum_lanes(T a) {
    return a;
}
template <Scalar T>
BLUE_INLINE T largest_lane(T a) {
    return a;
}
BLUE_INLINE bool any_lane(bool a) {
    return a;
}
/// Rounds to nearest, like the conversion of registers.
BLUE_INLINE void to_float(std::int32_t a, float& b) {
    b = static_cast<float>(a);
}

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math

#include <blue/math/detail/register_generic.hpp>
#include <blue/math/detail/register_x86.hpp>
