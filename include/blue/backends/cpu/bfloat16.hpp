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
            for (Index l = 0; l < terms; l += 2 * lanes)
                store(to + i * stride + l / 2, pairs_of(from + i * from_stride + l, terms - l));
    }
    template <int Width>
    static void lay_out(bool transposed, Index terms, Index columns, const float* b, Index ldb,
                        float* to) {
        for (Index j = 0; j < Width; j += lanes)
            if (transposed)
                lay_out_rows(terms, columns - 1, b, ldb, j, to + j, Width);
            else
                lay_out_columns(terms, columns - j, b + j, ldb, to + j, Width);
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

    /// Columns whose terms are rows from row `first` on, of which the last is repeated. Pairs are
    /// transposed as the floats whose place they take.
    static void lay_out_rows(Index terms, Index last, const float* b, Index ldb, Index first,
                             float* to, Index stride) {
        for (Index l = 0; l < terms; l += 2 * lanes, to += lanes * stride) {
            float pairs[lanes * lanes], columns[lanes * lanes];
            for (Index i = 0; i < lanes; ++i)
                store(pairs + i * lanes,
                      pairs_of(b + std::min(first + i, last) * ldb + l, terms - l));
            const Index count = std::min(lanes, steps(terms - l));
            const bool all = count == lanes;
            math::detail::transpose(pairs, lanes, 0, lanes - 1, all ? to : columns,
                                    all ? stride : lanes);
            for (Index i = 0; !all && i < count; ++i)
                std::copy_n(columns + i * lanes, lanes, to + i * stride);
        }
    }
    /// Columns whose terms are columns.
    static void lay_out_columns(Index terms, Index columns, const float* b, Index ldb, float* to,
                                Index stride) {
        static constexpr std::uint16_t order[] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                  21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                  11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
        const __m512i neighbours = _mm512_loadu_si512(order);
        for (Index l = 0; l < terms; l += 2, to += stride) {
            const __mmask16 low = some(columns), high = l + 1 < terms ? low : 0;
            const __m512i pairs = rounded(_mm512_maskz_loadu_ps(low, b + l * ldb),
                                          _mm512_maskz_loadu_ps(high, b + (l + 1) * ldb));
            store(to, _mm512_permutexvar_epi16(neighbours, pairs));
            for (Index i = l; i < l + 2; ++i)
                detail::prefetch_panel_row<lanes>(b + i * ldb + stride);
        }
    }

    /// The lanes of as many numbers as there are.
    BLUE_HOST_INLINE static __mmask16 some(Index count) {
        return static_cast<__mmask16>(
            _bzhi_u32(0xffff, static_cast<unsigned>(std::clamp<Index>(count, 0, lanes))));
    }
    BLUE_HOST_INLINE static void store(float* to, __m512i pairs) {
        _mm512_storeu_ps(to, _mm512_castsi512_ps(pairs));
    }
    /// Up to 32 neighbours.
    BLUE_HOST_INLINE static __m512i pairs_of(const float* numbers, Index count) {
        return rounded(_mm512_maskz_loadu_ps(some(count), numbers),
                       _mm512_maskz_loadu_ps(some(count - lanes), numbers + lanes));
    }
    BLUE_HOST_INLINE static __m512i rounded(__m512 low, __m512 high) {
        return __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(high, low));
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
    template <int Width>
    static void lay_out(bool transposed, Index terms, Index columns, const float* b, Index ldb,
                        float* to) {
        FullPrecision::lay_out<Width>(transposed, terms, columns, b, ldb, to);
        for (Index i = 0; i < terms * Width; ++i) to[i] = math::bfloat16(to[i]);
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
