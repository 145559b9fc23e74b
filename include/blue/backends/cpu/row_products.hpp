// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products whose numbers are each the product of two rows.
#pragma once

#include <blue/backends/cpu/packs.hpp>
#include <blue/math/detail/lane_sums.hpp>

#include <algorithm>

namespace blue::cpu::detail {

/// Whether products of rows are faster than those of panels: without broadcasts from memory.
inline constexpr bool panels_are_slow = BLUE_REGISTER_BYTES == 16;

/// Whether laying out panels for a product A B^T of m x n numbers takes longer than it saves: where
/// they serve few rows, or have few columns that anybody wants.
inline bool prefers_rows(Index m, Index n, Index k) {
    return m <= 2 || (k >= 256 && (m <= 32 || n <= 12 || panels_are_slow));
}

/// Some rows of A times some rows of B: as many sums at once as hide the latency of a multiply-add.
template <int Rows, int Columns, class T>
void multiply_rows(Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, T* c,
                   Index ldc, bool add, const T* bias, bool relu) {
    constexpr int lanes = math::detail::register_lanes<T>;
    using S = math::Pack<T, lanes>;
    // g++ would read a factor from the cache for each of its products, where it tunes for Zen.
    const auto load = [](const T* numbers) BLUE_INLINE_LAMBDA {
        S factor = S::load(numbers);
        factor.r[0] = math::detail::opaque(factor.r[0]);
        return factor;
    };
    const T *rows[Rows], *columns[Columns];
    BLUE_UNROLL for (int i = 0; i < Rows; ++i) rows[i] = a + std::min<Index>(i, m - 1) * lda;
    BLUE_UNROLL for (int j = 0; j < Columns; ++j) columns[j] = b + std::min<Index>(j, n - 1) * ldb;
    S sums[Rows * Columns];
    BLUE_UNROLL for (int i = 0; i < Rows * Columns; ++i) sums[i] = S(0);
    const Index whole = k / lanes * lanes;
    for (Index l = 0; l < whole; l += lanes) {
        S row[Rows];
        BLUE_UNROLL for (int i = 0; i < Rows; ++i) row[i] = load(rows[i] + l);
        BLUE_UNROLL for (int j = 0; j < Columns; ++j) {
            const S column = load(columns[j] + l);
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i * Columns + j] =
                fma(row[i], column, sums[i * Columns + j]);
        }
    }
    T products[Rows * Columns];
    math::detail::lane_sums<Rows * Columns>(sums, products);
    for (Index l = whole; l < k; ++l)
        for (int i = 0; i < Rows; ++i)
            for (int j = 0; j < Columns; ++j)
                products[i * Columns + j] += rows[i][l] * columns[j][l];
    const T* const summands = add ? c : bias;
    for (Index i = 0; i < std::min<Index>(Rows, m); ++i)
        for (Index j = 0; j < std::min<Index>(Columns, n); ++j) {
            T value = products[i * Columns + j];
            if (summands) value += summands[(add ? i * ldc : 0) + j];
            c[i * ldc + j] = relu && value < 0 ? T(0) : value;
        }
}

/// C = or += A B^T, each number as the product of two rows.
template <class T>
void multiply_by_rows(Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, T* c,
                      Index ldc, bool add, const T* bias, bool relu) {
    constexpr int together = BLUE_REGISTER_BYTES == 64 ? 4 : 2, columns = 4;
    constexpr int of_single = together * columns;
    for (Index i = 0; i < m; i += together) {
        const bool single = i + 1 == m;
        const auto multiply =
            single ? multiply_rows<1, of_single, T> : multiply_rows<together, columns, T>;
        for (Index j = 0; j < n; j += single ? of_single : columns)
            multiply(m - i, n - j, k, a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, add,
                     bias ? bias + j : nullptr, relu);
    }
}

}  // namespace blue::cpu::detail
