// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products against their definition.
#pragma once

#include <blue/backends/cpu/packed_factor.hpp>
#include <blue/tensor/arena.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
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

/// Compares the products with a factor that is laid out once, in parts and in any order, with those
/// of `gemm`.
template <class T, class Factors = blue::cpu::FullPrecision>
void compare_packed_factor(Index m, Index n, Index k) {
    const auto a = whole_numbers<T>(m * k, 1), b = whole_numbers<T>(n * k, 2);
    const auto bias = whole_numbers<T>(n, 4);
    std::vector<T> transposed(b.size());
    for (Index i = 0; i < n; ++i)
        for (Index l = 0; l < k; ++l)
            transposed[static_cast<std::size_t>(l * n + i)] =
                b[static_cast<std::size_t>(i * k + l)];
    blue::Arena<blue::HostMemory> arena;
    T* const workspace = arena.allocate<T>(blue::cpu::gemm_workspace<T, Factors>(m));
    using Factor = blue::cpu::PackedFactor<T, Factors>;
    const Index numbers = Factor::numbers(k, n);
    T* const memory = arena.allocate<T>(numbers + 1);
    const Factor factor(k, n, memory);
    const auto compare = [&](bool add, const T* summand, bool relu) {
        auto expected = whole_numbers<T>(m * n, 3), whole = expected, parts = expected;
        blue::cpu::gemm<false, true, Factors>(m, n, k, a.data(), k, b.data(), k, expected.data(), n,
                                              add, workspace, summand, relu);
        factor.multiply(m, a.data(), k, whole.data(), n, add, summand, relu, workspace);
        CHECK(whole == expected);
        for (Index from = 0; from < n; from += 64)
            factor.columns(from, std::min(n, from + 64))
                .multiply(m, a.data(), k, parts.data() + from, n, add,
                          summand ? summand + from : nullptr, relu, workspace);
        CHECK(parts == expected);
    };
    for (bool by_rows : {false, true}) {
        std::fill_n(memory, numbers + 1, std::numeric_limits<T>::quiet_NaN());
        for (Index from : {Index{96}, Index{0}}) {
            if (from >= n) continue;
            const auto part = factor.columns(from, from == 0 ? std::min<Index>(n, 96) : n);
            if (by_rows)
                part.fill(true, b.data() + from * k, k);
            else
                part.fill(false, transposed.data() + from, n);
        }
        CHECK(std::isnan(memory[numbers]));
        compare(false, nullptr, false);
        compare(false, bias.data(), true);
        compare(true, nullptr, false);
    }
}

}  // namespace blue_test
