// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/gemm.hpp>
#include <blue/tensor/arena.hpp>

#include "support/catch.hpp"

#include <vector>

using blue::Index;

namespace {

/// Small whole numbers, so that products are exact in float.
template <class T>
std::vector<T> numbers(Index n, int seed) {
    std::vector<T> result;
    unsigned state = static_cast<unsigned>(seed);
    for (Index i = 0; i < n; ++i) {
        state = state * 1664525u + 1013904223u;
        result.push_back(static_cast<T>(static_cast<int>(state >> 28) - 8));
    }
    return result;
}

template <bool TransA, bool TransB, class T>
void compare(Index m, Index n, Index k) {
    // Strides larger than the rows, as in blocks of a matrix.
    const Index lda = (TransA ? m : k) + 3, ldb = (TransB ? k : n) + 5, ldc = n + 2;
    const auto a = numbers<T>((TransA ? k : m) * lda, 1), b = numbers<T>((TransB ? n : k) * ldb, 2);
    blue::Arena<blue::HostMemory> arena;
    T* const workspace = arena.allocate<T>(blue::cpu::gemm_workspace<T>(m));
    for (bool add : {false, true}) {
        auto c = numbers<T>(m * ldc, 3);
        const auto before = c;
        blue::cpu::gemm<TransA, TransB>(m, n, k, a.data(), lda, b.data(), ldb, c.data(), ldc, add,
                                        workspace);
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

}  // namespace

TEMPLATE_TEST_CASE("products are those of the definition, next to other numbers", "", float,
                   double) {
    for (Index m : {1, 7, 64})
        for (Index n : {1, 10, 130})
            for (Index k : {1, 9, 300, 784}) {
                compare<false, false, TestType>(m, n, k);
                compare<true, false, TestType>(m, n, k);
                compare<false, true, TestType>(m, n, k);
            }
}

TEST_CASE("a product without terms is 0, or what was there") {
    std::vector<float> c{1, 2};
    const float unused[3]{};
    blue::cpu::gemm<false, false, float>(1, 2, 0, unused, 1, unused, 2, c.data(), 2, true, nullptr);
    CHECK(c == std::vector<float>{1, 2});
    blue::cpu::gemm<false, false, float>(1, 2, 0, unused, 1, unused, 2, c.data(), 2, false,
                                         nullptr);
    CHECK(c == std::vector<float>{0, 0});
}

TEMPLATE_TEST_CASE("a factor that is laid out once gives the same products", "", float, double) {
    using T = TestType;
    for (Index m : {1, 16})
        for (Index n : {1, 10, 130})
            for (Index k : {1, 9, 300}) {
                const auto a = numbers<T>(m * k, 1), b = numbers<T>(n * k, 2);
                const auto bias = numbers<T>(n, 4);
                blue::Arena<blue::HostMemory> arena;
                using Factor = blue::cpu::PackedFactor<T>;
                T* const workspace = arena.allocate<T>(blue::cpu::gemm_workspace<T>(m));
                const Factor factor(k, n, arena.allocate<T>(Factor::numbers(k, n)));
                const auto compare_factor = [&](bool add, const T* summand) {
                    auto expected = numbers<T>(m * n, 3), c = expected;
                    blue::cpu::gemm<false, true>(m, n, k, a.data(), k, b.data(), k, expected.data(),
                                                 n, add, workspace, summand);
                    factor.multiply(m, a.data(), k, c.data(), n, add, summand);
                    CHECK(c == expected);
                };
                factor.template fill<true>(b.data(), k);
                compare_factor(false, nullptr);
                compare_factor(false, bias.data());
                compare_factor(true, nullptr);

                std::vector<T> transposed(b.size());
                for (Index i = 0; i < n; ++i)
                    for (Index l = 0; l < k; ++l)
                        transposed[static_cast<std::size_t>(l * n + i)] =
                            b[static_cast<std::size_t>(i * k + l)];
                factor.template fill<false>(transposed.data(), n);
                compare_factor(false, nullptr);
            }
}
