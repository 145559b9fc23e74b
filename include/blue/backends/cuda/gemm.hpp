// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products for the device: row-major matrices, as cuBLAS wants to have them.
#pragma once

#include <blue/config.hpp>

namespace blue::cuda {

/// `count` products C = op(A) op(B) + beta C of column-major matrices, at fixed distances in
/// memory: op(A) is m x k, op(B) is k x n. The arguments of cublasSgemmStridedBatched, or, with
/// factors of another type, of cublasGemmStridedBatchedEx.
template <class T, class Factor = T>
struct GemmArgs {
    bool transpose_a, transpose_b;
    Index m, n, k;
    const Factor* a;
    Index lda, stride_a;
    const Factor* b;
    Index ldb, stride_b;
    T beta;
    T* c;
    Index ldc, stride_c;
    Index count;
    friend bool operator==(const GemmArgs&, const GemmArgs&) = default;
};

/// A row-major matrix of each product: where the first one begins, and how far the next one is away
/// (0 when all products share it).
template <class T>
struct Matrices {
    T* data;
    Index stride;
    Index row = 0;  ///< from one row to the next; 0 when they are contiguous
    BLUE_HOST_DEVICE T* of(Index i) const { return data + i * stride; }
};

/// `count` products C (m x n) = or += op(A) op(B) with k terms of row-major matrices; op is the
/// transposition when `TransA` / `TransB`.
template <bool TransA, bool TransB, class Executor, class Factor, class T>
void gemm(Index m, Index n, Index k, Matrices<const Factor> a, Matrices<const Factor> b,
          Matrices<T> c, Index count, bool add) {
    if (m == 0 || n == 0 || count == 0) return;
    const auto row = [](Index given, Index columns) { return given == 0 ? columns : given; };
    // Row-major C = A B is column-major C' = B' A'.
    Executor::gemm(GemmArgs<T, Factor>{TransB, TransA, n, m, k, b.data, row(b.row, TransB ? k : n),
                                       b.stride, a.data, row(a.row, TransA ? m : k), a.stride,
                                       add ? T(1) : T(0), c.data, row(c.row, n), c.stride, count});
}

/// One factor, or the result, of a product for each sample and for each group of its channels or
/// head. With a stride of 0 samples share a factor, and are added up in a result.
template <class T>
struct GroupedMatrices {
    Matrices<T> of_samples;
    Index group;  ///< numbers from one group to the next
};

/// C = or += op(A) op(B) for each group and sample.
template <bool TransA, bool TransB, class E, class T>
void grouped_gemm(Index m, Index n, Index k, GroupedMatrices<const T> a, GroupedMatrices<const T> b,
                  GroupedMatrices<T> c, Index groups, Index samples, bool add) {
    const auto one_group = [](auto of, Index g) {
        of.of_samples.data += g * of.group;
        return of.of_samples;
    };
    const auto one_sample = [](auto of, Index s) {
        of.of_samples.data = of.of_samples.of(s);
        of.of_samples.stride = of.group;
        return of.of_samples;
    };
    const bool adds_up = c.of_samples.stride == 0 && samples > 1;
    if (!adds_up && groups <= samples) {
        for (Index g = 0; g < groups; ++g)
            gemm<TransA, TransB, E>(m, n, k, one_group(a, g), one_group(b, g), one_group(c, g),
                                    samples, add);
    } else {
        for (Index s = 0; s < samples; ++s)
            gemm<TransA, TransB, E>(m, n, k, one_sample(a, s), one_sample(b, s), one_sample(c, s),
                                    groups, add || (adds_up && s > 0));
    }
}

}  // namespace blue::cuda
