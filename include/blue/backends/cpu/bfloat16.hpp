// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Linear maps whose factors are rounded to bfloat16. Not part of blue/blue.hpp.
#pragma once

#include <blue/backends/cpu/backend.hpp>
#include <blue/math/bfloat16.hpp>

#include <cstdint>

// Objects that were compiled with and without the instructions cannot share kernels by accident.
#if defined(__AVX512BF16__) && defined(BLUE_ISA_AVX512)
#define BLUE_BFLOAT16 instructions
#else
#define BLUE_BFLOAT16 emulation
#endif

namespace blue {

namespace cpu {
inline namespace BLUE_BFLOAT16 {

/// As an instruction set of the backend `Cpu`: that one, with factors in bfloat16.
template <class Isa = BLUE_ISA>
struct bfloat16_products;

}  // namespace BLUE_BFLOAT16
}  // namespace cpu

/// The CPU backend with mixed precision: the products of linear maps, forward and backward, take
/// both factors rounded to bfloat16 (8 significant bits, to nearest, ties to even; Kalamkar et al.
/// 2019, arXiv 1905.12322) and add up in float. All else is as with `Cpu<float>`: parameters,
/// draws, log probs, gradients, optimiser, and the products of convolutions, attention and
/// recurrences.
///
/// With AVX512-BF16 (`__AVX512BF16__`, which `-march=native` sets) a product takes half the
/// instructions. Without, factors are rounded and multiplied as floats: the same precision, no
/// gain.
using CpuBfloat16 = Cpu<float, cpu::bfloat16_products<>>;

namespace cpu {
inline namespace BLUE_BFLOAT16 {

#if defined(__AVX512BF16__) && defined(BLUE_ISA_AVX512) && defined(BLUE_X86_INTRINSICS)

/// Two neighbouring terms side by side in the place of a float, which one instruction multiplies
/// and adds up.
struct Bfloat16 {
    static constexpr bool converts = true;
    static constexpr Index steps(Index terms) { return (terms + 1) / 2; }

    static void convert_rows(Index rows, Index terms, const float* from, Index from_stride,
                             float* to, Index stride) {
        for (Index i = 0; i < rows; ++i)
            for (Index l = 0; l < terms; l += lanes) {
                const auto some = static_cast<__mmask16>(
                    _bzhi_u32(0xffff, static_cast<unsigned>(std::min<Index>(terms - l, lanes))));
                _mm256_storeu_si256(
                    reinterpret_cast<__m256i*>(to + i * stride + l / 2),
                    rounded(_mm512_maskz_loadu_ps(some, from + i * from_stride + l)));
            }
    }
    static void convert_columns(float* numbers, Index terms, Index width) {
        if (terms % 2 != 0) std::fill_n(numbers + terms * width, width, 0.0f);
        for (Index l = 0; l < terms; l += 2)
            for (Index j = 0; j < width; j += lanes) {
                const float* const term = numbers + l * width + j;
                const __m512i low = widened(rounded(_mm512_loadu_ps(term)));
                const __m512i high = widened(rounded(_mm512_loadu_ps(term + width)));
                _mm512_storeu_si512(
                    numbers + l / 2 * width + j,
                    _mm512_or_si512(low, _mm512_maskz_slli_epi32(0xffff, high, 16)));
            }
    }
    template <class S>
    BLUE_HOST_INLINE static S multiply_add(float a, S b, S sum) {
        const auto pair = _mm512_set1_epi32(__builtin_bit_cast(std::int32_t, a));
        BLUE_EACH_REGISTER(i, S::count,
                           sum.r[i] = _mm512_dpbf16_ps(sum.r[i], as_pairs(pair), as_pairs(b.r[i])));
        return sum;
    }

private:
    static constexpr Index lanes = 16;

    BLUE_HOST_INLINE static __m256i rounded(__m512 numbers) {
        return __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(numbers));
    }
    // Masked with all ones as in register_x86.hpp.
    BLUE_HOST_INLINE static __m512i widened(__m256i words) {
        return _mm512_maskz_cvtepu16_epi32(0xffff, words);
    }
    template <class V>
    BLUE_HOST_INLINE static __m512bh as_pairs(V numbers) {
        return __builtin_bit_cast(__m512bh, numbers);
    }
};

#else

/// Rounded numbers in the place of all others.
struct Bfloat16 : FullPrecision {
    static constexpr bool converts = true;
    static void convert_rows(Index rows, Index terms, const float* from, Index from_stride,
                             float* to, Index stride) {
        for (Index i = 0; i < rows; ++i)
            std::transform(from + i * from_stride, from + i * from_stride + terms, to + i * stride,
                           [](float x) -> float { return math::bfloat16(x); });
    }
    static void convert_columns(float* numbers, Index terms, Index width) {
        for (Index i = 0; i < terms * width; ++i) numbers[i] = math::bfloat16(numbers[i]);
    }
};

#endif

}  // namespace BLUE_BFLOAT16

template <class Isa>
struct factors_of<Cpu<float, bfloat16_products<Isa>>> {
    using type = Bfloat16;
};

}  // namespace cpu
}  // namespace blue

#undef BLUE_BFLOAT16
