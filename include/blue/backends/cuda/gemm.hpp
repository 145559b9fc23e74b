// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products for the device: row-major matrices, as cuBLAS wants to have them.
#pragma once

#include <blue/config.hpp>

namespace blue::cuda {

/// `count` products C = op(A) op(B) + beta C of column-major matrices, at fixed distances in
/// memory: op(A) is m x k, op(B) is k x n. The arguments of cublasSgemmStridedBatched.
template <class T>
struct GemmArgs {
    bool transpose_a, transpose_b;
    Index m, n, k;
    const T* a;
    Index lda, stride_a;
    const T* b;
    Index ldb, stride_b;
    T beta;
    T* c;
    Index ldc, stride_c;
    Index count;
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
template <bool TransA, bool TransB, class Executor, class T>
void gemm(Index m, Index n, Index k, Matrices<const T> a, Matrices<const T> b, Matrices<T> c,
          Index count, bool add) {
    if (m == 0 || n == 0 || count == 0) return;
    const auto row = [](Index given, Index columns) { return given == 0 ? columns : given; };
    // Row-major C = A B is column-major C' = B' A'.
    Executor::gemm(GemmArgs<T>{TransB, TransA, n, m, k, b.data, row(b.row, TransB ? k : n),
                               b.stride, a.data, row(a.row, TransA ? m : k), a.stride,
                               add ? T(1) : T(0), c.data, row(c.row, n), c.stride, count});
}

}  // namespace blue::cuda
