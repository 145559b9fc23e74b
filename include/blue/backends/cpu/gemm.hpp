// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products on the CPU: one thread each, no allocation.
#pragma once

#include <blue/config.hpp>

#include <Eigen/Core>

#include <algorithm>

static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 0), "blue needs Eigen 3.4 or later");

namespace blue::cpu {

namespace detail {

/// Eigen's block sizes with workspace from the caller. Eigen's own products take theirs from the
/// heap each time; a training step would allocate hundreds of times.
template <class T>
struct Blocking : Eigen::internal::level3_blocking<T, T> {
    Blocking(Index m, Index n, Index k) {
        this->m_mc = m;
        this->m_nc = n;
        this->m_kc = k;
        Eigen::internal::computeProductBlockingSizes<T, T>(this->m_kc, this->m_mc, this->m_nc,
                                                           Index{1});
    }
    Index workspace() const { return round_up(this->m_mc * this->m_kc) + this->m_kc * this->m_nc; }
    void set_workspace(T* memory) {
        this->m_blockA = memory;
        this->m_blockB = memory + round_up(this->m_mc * this->m_kc);
    }
    void allocateA() {}
    void allocateB() {}
    void allocateAll() {}

private:
    static Index round_up(Index n) { return (n + 15) / 16 * 16; }
};

}  // namespace detail

/// Numbers of workspace that a product of this size needs.
template <class T>
Index gemm_workspace(Index m, Index n, Index k) {
    // The kernels see the transposed problem (column-major result), hence the order.
    return detail::Blocking<T>(n, m, k).workspace();
}

/// C (m x n, row-major, stride ldc) = or += op(A) op(B) with k terms. A and B are row-major;
/// op is the transposition when `TransA` / `TransB`. `workspace` has `gemm_workspace(m, n, k)`
/// numbers, aligned to 64 bytes.
template <bool TransA, bool TransB, class T>
void gemm(Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, T* c, Index ldc,
          bool add, T* workspace) {
    // Named here: nvcc cannot read a using declaration of two names.
    constexpr int column = Eigen::ColMajor, row = Eigen::RowMajor;
    if (!add)
        for (Index i = 0; i < m; ++i) std::fill_n(c + i * ldc, n, T(0));
    if (m == 0 || n == 0 || k == 0) return;
    detail::Blocking<T> blocking(n, m, k);
    blocking.set_workspace(workspace);
    // Row-major C = A B is column-major C' = B' A'.
    Eigen::internal::general_matrix_matrix_product<Index, T, TransB ? row : column, false, T,
                                                   TransA ? row : column, false, column,
                                                   1>::run(n, m, k, b, ldb, a, lda, c, 1, ldc, T(1),
                                                           blocking, nullptr);
}

}  // namespace blue::cpu
