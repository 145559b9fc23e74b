// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Linear maps on the device, and those whose factors are rounded to bfloat16.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/gemm.hpp>
#include <blue/math/bfloat16.hpp>

#include <algorithm>

namespace blue {

namespace cuda {

/// As an executor of the backend `Cuda`: that one, with the factors of linear maps in bfloat16.
template <class Executor = Device>
struct Bfloat16Products : Executor {
    static constexpr bool rounds_factors = true;
};

}  // namespace cuda

/// The CUDA backend with mixed precision: the products of linear maps, forward and backward, take
/// both factors rounded to bfloat16 and add up in float, on tensor cores. All else is as with
/// `Cuda<float>`; the numbers are those of `CpuBfloat16`, up to the order of sums.
using CudaBfloat16 = Cuda<float, cuda::Bfloat16Products<>>;

namespace cuda {

/// to = from, for `rows` x `columns` numbers of each matrix.
template <class T>
struct RoundMatrices {
    Matrices<const T> from;
    Index rows, columns;
    math::bfloat16* to;
    Index row;  ///< from one row of the rounded numbers to the next
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row_of_all, column] = divide(i, columns);
        const auto [matrix, r] = divide(row_of_all, rows);
        to[row_of_all * row + column] = math::bfloat16(from.of(matrix)[r * columns + column]);
    }
};

/// One factor of several products, which is rounded. The matrices are contiguous.
template <class T>
struct RoundedFactor {
    Matrices<const T> from;
    Index rows, columns;

    /// Rows begin at multiples of 16 bytes: what tensor cores load at once.
    Index row() const { return ceil_div(columns, 8) * 8; }
    /// Numbers of a matrix.
    Index size() const { return rows * row(); }
    Index matrices(Index products) const { return from.stride == 0 ? 1 : products; }

    /// That of products [first, first + count). One that they share is rounded before the first.
    template <class E>
    Matrices<const math::bfloat16> round(Index first, Index count, math::bfloat16* to) const {
        if (first == 0 || from.stride != 0)
            E::for_each(matrices(count) * rows * columns,
                        RoundMatrices<T>{{from.of(first), from.stride}, rows, columns, to, row()});
        return {to, from.stride == 0 ? 0 : size(), row()};
    }
};

/// The product of a linear map: as `gemm`, of contiguous factors that the executor may round. They
/// are rounded for as many products at once as `gradient_bytes` hold.
template <bool TransA, bool TransB, class T, class E>
void linear_gemm(Tape<Cuda<T, E>>& tape, Index m, Index n, Index k, Matrices<const T> a,
                 Matrices<const T> b, Matrices<T> c, Index count, bool add) {
    if constexpr (requires { requires E::rounds_factors; }) {
        const RoundedFactor<T> left{a, TransA ? k : m, TransA ? m : k},
            right{b, TransB ? n : k, TransB ? k : n};
        const auto numbers = [&](Index products) {
            return left.matrices(products) * left.size() + right.matrices(products) * right.size();
        };
        const Index most = gradient_bytes / static_cast<Index>(sizeof(math::bfloat16));
        Index group = count;
        while (group > 1 && numbers(group) > most) group = (group + 1) / 2;
        auto* const memory = tape.template scratch<math::bfloat16>(numbers(group), true);
        for (Index first = 0; first < count; first += group) {
            const Index some = std::min(group, count - first);
            const auto rounded_a = left.template round<E>(first, some, memory);
            const auto rounded_b =
                right.template round<E>(first, some, memory + left.matrices(group) * left.size());
            gemm<TransA, TransB, E>(m, n, k, rounded_a, rounded_b,
                                    Matrices<T>{c.of(first), c.stride, c.row}, some, add);
        }
    } else {
        gemm<TransA, TransB, E>(m, n, k, a, b, c, count, add);
    }
}

}  // namespace cuda
}  // namespace blue
