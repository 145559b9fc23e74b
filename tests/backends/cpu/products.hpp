// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products against their definition.
#pragma once

#include <blue/backends/cpu/gemm.hpp>
#include <blue/tensor/arena.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace blue_test {

using blue::Index;

/// Small whole numbers, so that products are exact in float, also of factors in bfloat16.
template <class T>
std::vector<T> whole_numbers(Index n, int seed) {
    std::vector<T> result;
    unsigned state = static_cast<unsigned>(seed);
    for (Index i = 0; i < n; ++i) {
        state = state * 1664525u + 1013904223u;
        result.push_back(static_cast<T>(static_cast<int>(state >> 28) - 8));
    }
    return result;
}

/// A matrix of such numbers with NaN between its rows.
template <class T>
std::vector<T> matrix(Index rows, Index columns, Index stride, int seed) {
    auto numbers = whole_numbers<T>(rows * stride, seed);
    for (Index i = 0; i < rows; ++i)
        std::fill_n(numbers.begin() + i * stride + columns, stride - columns,
                    std::numeric_limits<T>::quiet_NaN());
    return numbers;
}

/// Compares a product with the definition.
template <bool TransA, bool TransB, class T, class Factors = blue::cpu::FullPrecision>
void compare_product(Index m, Index n, Index k) {
    // Strides larger than the rows, as in blocks of a matrix.
    const Index lda = (TransA ? m : k) + 3, ldb = (TransB ? k : n) + 5, ldc = n + 2;
    const auto a = matrix<T>(TransA ? k : m, TransA ? m : k, lda, 1),
               b = matrix<T>(TransB ? n : k, TransB ? k : n, ldb, 2);
    blue::Arena<blue::HostMemory> arena;
    T* const workspace = arena.allocate<T>(blue::cpu::gemm_workspace<T, Factors>(m));
    // What a product leaves to chance shows.
    std::fill_n(workspace, blue::cpu::gemm_workspace<T, Factors>(m),
                std::numeric_limits<T>::quiet_NaN());
    for (bool add : {false, true}) {
        auto c = whole_numbers<T>(m * ldc, 3);
        const auto before = c;
        blue::cpu::gemm<TransA, TransB, Factors>(m, n, k, a.data(), lda, b.data(), ldb, c.data(),
                                                 ldc, add, workspace);
        for (Index i = 0; i < m; ++i)
            for (Index j = 0; j < ldc; ++j) {
                const auto at = static_cast<std::size_t>(i * ldc + j);
                T expected = j < n && !add ? T(0) : before[at];
                for (Index l = 0; j < n && l < k; ++l)
                    expected += a[static_cast<std::size_t>(TransA ? l * lda + i : i * lda + l)] *
                                b[static_cast<std::size_t>(TransB ? j * ldb + l : l * ldb + j)];
                if (c[at] != expected)
                    FAIL(m << " x " << n << " x " << k << ": element " << i << ", " << j << " is "
                           << c[at] << ", expected " << expected);
            }
    }
    SUCCEED();
}

}  // namespace blue_test
