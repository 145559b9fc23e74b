// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The transposition of a square block of numbers.
#pragma once

#include <blue/math/detail/register.hpp>

namespace blue::math {
inline namespace BLUE_ISA {
namespace detail {

/// Writes the transposed block whose rows begin at row(0), row(1), ...: as many rows and columns as
/// a register has lanes. The stride is the numbers between rows of the result.
template <class T, class Row>
BLUE_HOST_INLINE void transpose_rows(Row row, T* to, Index to_stride) {
    constexpr int n = interleaved_bytes / static_cast<int>(sizeof(T));
    // Where registers are not made of two halves there is no second row to ask for.
    constexpr int other = n < register_lanes<T> ? n : 0;
    for (int column = 0; column < register_lanes<T>; column += n) {
        typename Vector<T>::type rows[n], shuffled[n];
        BLUE_UNROLL for (int i = 0; i < n; ++i)
            load_interleaved(row(i) + column, row(i + other) + column, rows[i]);
        // Each turn is a perfect shuffle of the whole block; log2(n) of them transpose it.
        BLUE_UNROLL for (int turn = 1; turn < n; turn *= 2) {
            BLUE_UNROLL for (int i = 0; i < n / 2; ++i)
                interleave(rows[i], rows[i + n / 2], shuffled[2 * i], shuffled[2 * i + 1]);
            BLUE_UNROLL for (int i = 0; i < n; ++i) rows[i] = shuffled[i];
        }
        BLUE_UNROLL for (int i = 0; i < n; ++i) store(to + (column + i) * to_stride, rows[i]);
    }
}

/// The same for rows `from_stride` apart, from row `first` on. Behind the last row it is repeated.
template <class T>
BLUE_HOST_INLINE void transpose(const T* from, Index from_stride, Index first, Index last, T* to,
                                Index to_stride) {
    transpose_rows(
        [&](Index i) BLUE_INLINE_LAMBDA {
            return from + (first + i < last ? first + i : last) * from_stride;
        },
        to, to_stride);
}

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math
