// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Native vector registers through the compilers' vector extensions, and the few operations that
/// the extensions lack or compile badly.
#pragma once

#include <blue/config.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(BLUE_ISA_SSE2) || defined(BLUE_ISA_AVX2) || defined(BLUE_ISA_AVX512)
#include <immintrin.h>
#endif

namespace blue::math::inline BLUE_ISA {

/// Lanes of a native pack: two registers, on SSE and elsewhere four (a third faster than one: the
/// dependency chains of the registers overlap).
template <class T>
inline constexpr int native_lanes = (BLUE_REGISTER_BYTES == 16 ? 4 : 2) * BLUE_REGISTER_BYTES /
                                    static_cast<int>(sizeof(T));

namespace detail {

template <class T>
struct Vector;
// clang-format off
template <> struct Vector<float> { typedef float type __attribute__((vector_size(BLUE_REGISTER_BYTES))); };
template <> struct Vector<double> { typedef double type __attribute__((vector_size(BLUE_REGISTER_BYTES))); };
template <> struct Vector<std::int32_t> { typedef std::int32_t type __attribute__((vector_size(BLUE_REGISTER_BYTES))); };
template <> struct Vector<std::int64_t> { typedef std::int64_t type __attribute__((vector_size(BLUE_REGISTER_BYTES))); };
template <> struct Vector<std::uint32_t> { typedef std::uint32_t type __attribute__((vector_size(BLUE_REGISTER_BYTES))); };
template <> struct Vector<std::uint64_t> { typedef std::uint64_t type __attribute__((vector_size(BLUE_REGISTER_BYTES))); };
// clang-format on

template <class T>
inline constexpr int register_lanes = BLUE_REGISTER_BYTES / static_cast<int>(sizeof(T));

/// One scalar when N is 1, else native registers.
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

/// The unsigned and signed integers that have the size of T.
template <class T>
using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T>
using signed_word = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

// Scalars. Whether a multiply-add is fused follows the hardware, as it does for registers: an
// emulated one would be a hundred times slower.
template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE T multiply_add(T a, T b, T c) {
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

template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE T square_root(T a) {
#if defined(__CUDA_ARCH__)
    if constexpr (sizeof(T) == 4) {
        return __fsqrt_rn(a);
    } else {
        return __dsqrt_rn(a);
    }
#elif defined(BLUE_ISA_SSE2) || defined(BLUE_ISA_AVX2) || defined(BLUE_ISA_AVX512)
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

/// Rounds to nearest, like the vector conversion.
BLUE_INLINE float to_float(std::int32_t a) {
    return static_cast<float>(a);
}

template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE T minimum(T a, T b) {
    return b < a ? b : a;
}
template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE T maximum(T a, T b) {
    return a < b ? b : a;
}
template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE T load_register(const T* p, const T*) {
    return *p;
}
template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE void store_register(T* p, T a) {
    *p = a;
}
template <class T>
requires std::is_floating_point_v<T> BLUE_INLINE T sum_lanes(T a) {
    return a;
}

using FloatRegister = Vector<float>::type;
using DoubleRegister = Vector<double>::type;

#if defined(BLUE_ISA_AVX512) || defined(BLUE_ISA_AVX2) || defined(BLUE_ISA_SSE2)
// The sum of four, of two: lane i with lane i + half.
BLUE_HOST_INLINE float sum_lanes(__m128 a) {
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_shuffle_ps(a, a, 1)));
}
BLUE_HOST_INLINE double sum_lanes(__m128d a) {
    return _mm_cvtsd_f64(_mm_add_sd(a, _mm_unpackhi_pd(a, a)));
}
#endif
#if defined(BLUE_ISA_AVX512) || defined(BLUE_ISA_AVX2)
BLUE_HOST_INLINE float sum_lanes(__m256 a) {
    return sum_lanes(_mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1)));
}
BLUE_HOST_INLINE double sum_lanes(__m256d a) {
    return sum_lanes(_mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1)));
}
#endif

#if defined(BLUE_ISA_AVX512)
// Masked with all ones: GCC 12 warns about an uninitialised variable inside the plain intrinsics.
// clang-format off
BLUE_HOST_INLINE FloatRegister multiply_add(FloatRegister a, FloatRegister b, FloatRegister c) { return _mm512_fmadd_ps(a, b, c); }
BLUE_HOST_INLINE DoubleRegister multiply_add(DoubleRegister a, DoubleRegister b, DoubleRegister c) { return _mm512_fmadd_pd(a, b, c); }
BLUE_HOST_INLINE FloatRegister square_root(FloatRegister a) { return _mm512_maskz_sqrt_ps(0xffff, a); }
BLUE_HOST_INLINE DoubleRegister square_root(DoubleRegister a) { return _mm512_maskz_sqrt_pd(0xff, a); }
BLUE_HOST_INLINE FloatRegister minimum(FloatRegister a, FloatRegister b) { return _mm512_maskz_min_ps(0xffff, b, a); }
BLUE_HOST_INLINE DoubleRegister minimum(DoubleRegister a, DoubleRegister b) { return _mm512_maskz_min_pd(0xff, b, a); }
BLUE_HOST_INLINE FloatRegister maximum(FloatRegister a, FloatRegister b) { return _mm512_maskz_max_ps(0xffff, b, a); }
BLUE_HOST_INLINE DoubleRegister maximum(DoubleRegister a, DoubleRegister b) { return _mm512_maskz_max_pd(0xff, b, a); }
BLUE_HOST_INLINE FloatRegister load_register(const float* p, const FloatRegister*) { return _mm512_loadu_ps(p); }
BLUE_HOST_INLINE DoubleRegister load_register(const double* p, const DoubleRegister*) { return _mm512_loadu_pd(p); }
BLUE_HOST_INLINE void store_register(float* p, FloatRegister a) { _mm512_storeu_ps(p, a); }
BLUE_HOST_INLINE void store_register(double* p, DoubleRegister a) { _mm512_storeu_pd(p, a); }
BLUE_HOST_INLINE float sum_lanes(FloatRegister a) { return sum_lanes(_mm256_add_ps(_mm512_maskz_extractf32x8_ps(0xff, a, 0), _mm512_maskz_extractf32x8_ps(0xff, a, 1))); }
BLUE_HOST_INLINE double sum_lanes(DoubleRegister a) { return sum_lanes(_mm256_add_pd(_mm512_maskz_extractf64x4_pd(0xf, a, 0), _mm512_maskz_extractf64x4_pd(0xf, a, 1))); }
// clang-format on
#elif defined(BLUE_ISA_AVX2)
// clang-format off
BLUE_HOST_INLINE FloatRegister multiply_add(FloatRegister a, FloatRegister b, FloatRegister c) { return _mm256_fmadd_ps(a, b, c); }
BLUE_HOST_INLINE DoubleRegister multiply_add(DoubleRegister a, DoubleRegister b, DoubleRegister c) { return _mm256_fmadd_pd(a, b, c); }
BLUE_HOST_INLINE FloatRegister square_root(FloatRegister a) { return _mm256_sqrt_ps(a); }
BLUE_HOST_INLINE DoubleRegister square_root(DoubleRegister a) { return _mm256_sqrt_pd(a); }
BLUE_HOST_INLINE FloatRegister minimum(FloatRegister a, FloatRegister b) { return _mm256_min_ps(b, a); }
BLUE_HOST_INLINE DoubleRegister minimum(DoubleRegister a, DoubleRegister b) { return _mm256_min_pd(b, a); }
BLUE_HOST_INLINE FloatRegister maximum(FloatRegister a, FloatRegister b) { return _mm256_max_ps(b, a); }
BLUE_HOST_INLINE DoubleRegister maximum(DoubleRegister a, DoubleRegister b) { return _mm256_max_pd(b, a); }
BLUE_HOST_INLINE FloatRegister load_register(const float* p, const FloatRegister*) { return _mm256_loadu_ps(p); }
BLUE_HOST_INLINE DoubleRegister load_register(const double* p, const DoubleRegister*) { return _mm256_loadu_pd(p); }
BLUE_HOST_INLINE void store_register(float* p, FloatRegister a) { _mm256_storeu_ps(p, a); }
BLUE_HOST_INLINE void store_register(double* p, DoubleRegister a) { _mm256_storeu_pd(p, a); }
// clang-format on
#elif defined(BLUE_ISA_SSE2)
// clang-format off
BLUE_HOST_INLINE FloatRegister multiply_add(FloatRegister a, FloatRegister b, FloatRegister c) { return a * b + c; }
BLUE_HOST_INLINE DoubleRegister multiply_add(DoubleRegister a, DoubleRegister b, DoubleRegister c) { return a * b + c; }
BLUE_HOST_INLINE FloatRegister square_root(FloatRegister a) { return _mm_sqrt_ps(a); }
BLUE_HOST_INLINE DoubleRegister square_root(DoubleRegister a) { return _mm_sqrt_pd(a); }
BLUE_HOST_INLINE FloatRegister minimum(FloatRegister a, FloatRegister b) { return _mm_min_ps(b, a); }
BLUE_HOST_INLINE DoubleRegister minimum(DoubleRegister a, DoubleRegister b) { return _mm_min_pd(b, a); }
BLUE_HOST_INLINE FloatRegister maximum(FloatRegister a, FloatRegister b) { return _mm_max_ps(b, a); }
BLUE_HOST_INLINE DoubleRegister maximum(DoubleRegister a, DoubleRegister b) { return _mm_max_pd(b, a); }
BLUE_HOST_INLINE FloatRegister load_register(const float* p, const FloatRegister*) { return _mm_loadu_ps(p); }
BLUE_HOST_INLINE DoubleRegister load_register(const double* p, const DoubleRegister*) { return _mm_loadu_pd(p); }
BLUE_HOST_INLINE void store_register(float* p, FloatRegister a) { _mm_storeu_ps(p, a); }
BLUE_HOST_INLINE void store_register(double* p, DoubleRegister a) { _mm_storeu_pd(p, a); }
// clang-format on
#else
template <class V>
concept NativeRegister = std::is_same_v<V, FloatRegister> || std::is_same_v<V, DoubleRegister>;
template <class V>
inline constexpr int lanes_of = BLUE_REGISTER_BYTES / static_cast<int>(sizeof(V{}[0]));

template <NativeRegister V>
BLUE_HOST_INLINE V multiply_add(V a, V b, V c) {
    BLUE_UNROLL for (int i = 0; i < lanes_of<V>; ++i) a[i] = multiply_add(a[i], b[i], c[i]);
    return a;
}
template <NativeRegister V>
BLUE_HOST_INLINE V square_root(V a) {
    BLUE_UNROLL for (int i = 0; i < lanes_of<V>; ++i) a[i] = std::sqrt(a[i]);
    return a;
}
template <NativeRegister V>
BLUE_HOST_INLINE V minimum(V a, V b) {
    return b < a ? b : a;
}
template <NativeRegister V>
BLUE_HOST_INLINE V maximum(V a, V b) {
    return a < b ? b : a;
}
template <class T, NativeRegister V>
BLUE_HOST_INLINE V load_register(const T* p, const V*) {
    V a;
    std::memcpy(&a, p, sizeof a);
    return a;
}
template <class T, NativeRegister V>
BLUE_HOST_INLINE void store_register(T* p, V a) {
    std::memcpy(p, &a, sizeof a);
}
template <NativeRegister V>
BLUE_HOST_INLINE auto sum_lanes(V a) {
    BLUE_UNROLL for (int half = lanes_of<V> / 2; half > 0; half /= 2) for (int i = 0; i < half; ++i)
        a[i] += a[i + half];
    return a[0];
}
#endif

BLUE_INLINE FloatRegister to_float(Vector<std::int32_t>::type a) {
    return __builtin_convertvector(a, FloatRegister);
}

/// Reinterprets the bits.
template <class To, class From>
BLUE_INLINE To bit_cast(From from) {
    static_assert(sizeof(To) == sizeof(From));
    return __builtin_bit_cast(To, from);
}

/// Whether any lane of a comparison holds.
BLUE_INLINE bool any_lane(bool a) {
    return a;
}
template <class V>
BLUE_HOST_INLINE bool any_lane(V a) {
#if defined(BLUE_ISA_AVX512)
    const __m512i bits = bit_cast<__m512i>(a);
    return _mm512_test_epi32_mask(bits, bits) != 0;
#elif defined(BLUE_ISA_AVX2)
    return _mm256_movemask_epi8(bit_cast<__m256i>(a)) != 0;
#elif defined(BLUE_ISA_SSE2)
    return _mm_movemask_epi8(bit_cast<__m128i>(a)) != 0;
#else
    bool result = false;
    BLUE_UNROLL for (int i = 0; i < static_cast<int>(sizeof(V) / sizeof(a[0])); ++i) result =
        result || a[i] != 0;
    return result;
#endif
}

}  // namespace detail
}  // namespace blue::math::inline BLUE_ISA
