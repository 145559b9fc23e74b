// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operations on native registers through intrinsics of x86-64.
#pragma once

#include <blue/math/detail/register.hpp>

#if defined(BLUE_X86_INTRINSICS)

namespace blue::math {
inline namespace BLUE_ISA {
namespace detail {

using Floats = FloatRegister;
using Doubles = DoubleRegister;

// The sum of four, of two: lane i with lane i + half.
BLUE_INLINE float sum_lanes(__m128 a) {
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_shuffle_ps(a, a, 1)));
}
BLUE_INLINE double sum_lanes(__m128d a) {
    return _mm_cvtsd_f64(_mm_add_sd(a, _mm_unpackhi_pd(a, a)));
}
// The largest of four, of two, in the same order; of NaN any one may stay.
BLUE_INLINE float largest_lane(__m128 a) {
    a = _mm_max_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_max_ss(a, _mm_shuffle_ps(a, a, 1)));
}
BLUE_INLINE double largest_lane(__m128d a) {
    return _mm_cvtsd_f64(_mm_max_sd(a, _mm_unpackhi_pd(a, a)));
}
#if defined(BLUE_ISA_AVX512) || defined(BLUE_ISA_AVX2)
BLUE_INLINE float sum_lanes(__m256 a) {
    return sum_lanes(_mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1)));
}
BLUE_INLINE double sum_lanes(__m256d a) {
    return sum_lanes(_mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1)));
}
BLUE_INLINE float largest_lane(__m256 a) {
    return largest_lane(_mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1)));
}
BLUE_INLINE double largest_lane(__m256d a) {
    return largest_lane(_mm_max_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1)));
}
#endif

#if defined(BLUE_ISA_AVX512)
// Masked with all ones: GCC 12 warns about an uninitialised variable inside the plain intrinsics.
// clang-format off
BLUE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
BLUE_INLINE Doubles multiply_add(Doubles a, Doubles b, Doubles c) {
    return _mm512_fmadd_pd(a, b, c);
}
BLUE_INLINE Floats square_root(Floats a) { return _mm512_maskz_sqrt_ps(0xffff, a); }
BLUE_INLINE Doubles square_root(Doubles a) { return _mm512_maskz_sqrt_pd(0xff, a); }
BLUE_INLINE Floats minimum(Floats a, Floats b) { return _mm512_maskz_min_ps(0xffff, b, a); }
BLUE_INLINE Doubles minimum(Doubles a, Doubles b) { return _mm512_maskz_min_pd(0xff, b, a); }
BLUE_INLINE Floats maximum(Floats a, Floats b) { return _mm512_maskz_max_ps(0xffff, b, a); }
BLUE_INLINE Doubles maximum(Doubles a, Doubles b) { return _mm512_maskz_max_pd(0xff, b, a); }
BLUE_INLINE void load(const float* p, Floats& a) { a = _mm512_loadu_ps(p); }
BLUE_INLINE void load(const double* p, Doubles& a) { a = _mm512_loadu_pd(p); }
BLUE_INLINE void store(float* p, Floats a) { _mm512_storeu_ps(p, a); }
BLUE_INLINE void store(double* p, Doubles a) { _mm512_storeu_pd(p, a); }
// clang-format on
BLUE_INLINE float sum_lanes(Floats a) {
    return sum_lanes(_mm256_add_ps(_mm512_maskz_extractf32x8_ps(0xff, a, 0),
                                   _mm512_maskz_extractf32x8_ps(0xff, a, 1)));
}
BLUE_INLINE double sum_lanes(Doubles a) {
    return sum_lanes(_mm256_add_pd(_mm512_maskz_extractf64x4_pd(0xf, a, 0),
                                   _mm512_maskz_extractf64x4_pd(0xf, a, 1)));
}
BLUE_INLINE float largest_lane(Floats a) {
    return largest_lane(_mm256_max_ps(_mm512_maskz_extractf32x8_ps(0xff, a, 0),
                                      _mm512_maskz_extractf32x8_ps(0xff, a, 1)));
}
BLUE_INLINE double largest_lane(Doubles a) {
    return largest_lane(_mm256_max_pd(_mm512_maskz_extractf64x4_pd(0xf, a, 0),
                                      _mm512_maskz_extractf64x4_pd(0xf, a, 1)));
}
#elif defined(BLUE_ISA_AVX2)
// clang-format off
BLUE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
BLUE_INLINE Doubles multiply_add(Doubles a, Doubles b, Doubles c) {
    return _mm256_fmadd_pd(a, b, c);
}
BLUE_INLINE Floats square_root(Floats a) { return _mm256_sqrt_ps(a); }
BLUE_INLINE Doubles square_root(Doubles a) { return _mm256_sqrt_pd(a); }
BLUE_INLINE Floats minimum(Floats a, Floats b) { return _mm256_min_ps(b, a); }
BLUE_INLINE Doubles minimum(Doubles a, Doubles b) { return _mm256_min_pd(b, a); }
BLUE_INLINE Floats maximum(Floats a, Floats b) { return _mm256_max_ps(b, a); }
BLUE_INLINE Doubles maximum(Doubles a, Doubles b) { return _mm256_max_pd(b, a); }
BLUE_INLINE void load(const float* p, Floats& a) { a = _mm256_loadu_ps(p); }
BLUE_INLINE void load(const double* p, Doubles& a) { a = _mm256_loadu_pd(p); }
BLUE_INLINE void store(float* p, Floats a) { _mm256_storeu_ps(p, a); }
BLUE_INLINE void store(double* p, Doubles a) { _mm256_storeu_pd(p, a); }
// clang-format on
#else
// clang-format off
BLUE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) { return a * b + c; }
BLUE_INLINE Doubles multiply_add(Doubles a, Doubles b, Doubles c) { return a * b + c; }
BLUE_INLINE Floats square_root(Floats a) { return _mm_sqrt_ps(a); }
BLUE_INLINE Doubles square_root(Doubles a) { return _mm_sqrt_pd(a); }
BLUE_INLINE Floats minimum(Floats a, Floats b) { return _mm_min_ps(b, a); }
BLUE_INLINE Doubles minimum(Doubles a, Doubles b) { return _mm_min_pd(b, a); }
BLUE_INLINE Floats maximum(Floats a, Floats b) { return _mm_max_ps(b, a); }
BLUE_INLINE Doubles maximum(Doubles a, Doubles b) { return _mm_max_pd(b, a); }
BLUE_INLINE void load(const float* p, Floats& a) { a = _mm_loadu_ps(p); }
BLUE_INLINE void load(const double* p, Doubles& a) { a = _mm_loadu_pd(p); }
BLUE_INLINE void store(float* p, Floats a) { _mm_storeu_ps(p, a); }
BLUE_INLINE void store(double* p, Doubles a) { _mm_storeu_pd(p, a); }
// clang-format on
#endif

/// Bytes among which `interleave` moves numbers: on AVX2 each half of a register by itself, which
/// is one instruction instead of two.
#if defined(BLUE_ISA_AVX2)
inline constexpr int interleaved_bytes = 16;
#else
inline constexpr int interleaved_bytes = bytes;
#endif

/// a0 b0 a1 b1 ...: the first half and the second.
BLUE_INLINE void interleave(Floats a, Floats b, Floats& first, Floats& second) {
#if defined(BLUE_ISA_AVX512)
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high =
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    first = _mm512_permutex2var_ps(a, low, b);
    second = _mm512_permutex2var_ps(a, high, b);
#elif defined(BLUE_ISA_AVX2)
    first = _mm256_unpacklo_ps(a, b);
    second = _mm256_unpackhi_ps(a, b);
#else
    first = _mm_unpacklo_ps(a, b);
    second = _mm_unpackhi_ps(a, b);
#endif
}
BLUE_INLINE void interleave(Doubles a, Doubles b, Doubles& first, Doubles& second) {
#if defined(BLUE_ISA_AVX512)
    first = _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b);
    second = _mm512_permutex2var_pd(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b);
#elif defined(BLUE_ISA_AVX2)
    first = _mm256_unpacklo_pd(a, b);
    second = _mm256_unpackhi_pd(a, b);
#else
    first = _mm_unpacklo_pd(a, b);
    second = _mm_unpackhi_pd(a, b);
#endif
}

/// Loads the two halves of a register from two places (one place where `interleave` moves numbers
/// through the whole register).
template <class T, Register V>
BLUE_INLINE void load_interleaved(const T* first, [[maybe_unused]] const T* second, V& a) {
#if defined(BLUE_ISA_AVX2)
    if constexpr (sizeof(T) == 4) {
        a = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(first)), _mm_loadu_ps(second),
                                 1);
    } else {
        a = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(first)), _mm_loadu_pd(second),
                                 1);
    }
#else
    load(first, a);
#endif
}

/// Widens as many words of 32 bits as there are doubles in a register.
BLUE_INLINE void widen(const std::uint32_t* p, Vector<std::uint64_t>::type& a) {
#if defined(BLUE_ISA_AVX512)
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    a = bit_cast<Vector<std::uint64_t>::type>(_mm512_maskz_cvtepu32_epi64(0xff, words));
#elif defined(BLUE_ISA_AVX2)
    const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    a = bit_cast<Vector<std::uint64_t>::type>(_mm256_cvtepu32_epi64(words));
#else
    const __m128i words = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    a = bit_cast<Vector<std::uint64_t>::type>(_mm_unpacklo_epi32(words, _mm_setzero_si128()));
#endif
}

/// Loads as many floats as there are doubles in a register, and stores them.
BLUE_INLINE void load_floats(const float* p, Doubles& a) {
#if defined(BLUE_ISA_AVX512)
    a = _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(p));
#elif defined(BLUE_ISA_AVX2)
    a = _mm256_cvtps_pd(_mm_loadu_ps(p));
#else
    a = _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#endif
}
BLUE_INLINE void store_floats(float* p, Doubles a) {
#if defined(BLUE_ISA_AVX512)
    _mm256_storeu_ps(p, _mm512_maskz_cvtpd_ps(0xff, a));
#elif defined(BLUE_ISA_AVX2)
    _mm_storeu_ps(p, _mm256_cvtpd_ps(a));
#else
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_castps_si128(_mm_cvtpd_ps(a)));
#endif
}

/// GCC makes a masked move, a blend or logic of this, whatever the instruction set has.
template <class M, Register V>
BLUE_INLINE V select(M condition, V a, V b) {
    return condition ? a : b;
}

/// Whether any lane of a comparison holds.
template <class M>
BLUE_INLINE bool any_lane(M a) {
#if defined(BLUE_ISA_AVX512)
    const __m512i bits = bit_cast<__m512i>(a);
    return _mm512_test_epi32_mask(bits, bits) != 0;
#elif defined(BLUE_ISA_AVX2)
    return _mm256_movemask_epi8(bit_cast<__m256i>(a)) != 0;
#else
    return _mm_movemask_epi8(bit_cast<__m128i>(a)) != 0;
#endif
}

BLUE_INLINE void to_float(Vector<std::int32_t>::type a, Floats& b) {
    b = __builtin_convertvector(a, Floats);
}

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math

#endif
