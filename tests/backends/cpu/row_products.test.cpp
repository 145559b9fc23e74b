// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/row_products.hpp>

#include "backends/cpu/products.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <vector>

using blue::Index;
using blue_test::whole_numbers;

namespace {

/// A B^T with some numbers between the rows.
template <class T>
std::vector<T> product(Index m, Index n, Index k, const std::vector<T>& a, const std::vector<T>& b,
                       Index stride) {
    std::vector<T> c(static_cast<std::size_t>(m * n));
    blue::cpu::detail::multiply_by_rows<T>(m, n, k, a.data(), stride, b.data(), stride, c.data(), n,
                                           false, nullptr, false);
    return c;
}

}  // namespace

TEMPLATE_TEST_CASE("products of rows are those of the definition", "", float, double) {
    for (Index m = 1; m < 10; ++m)
        for (Index n : {1, 4, 5, 18})
            for (Index k : {0, 1, 15, 16, 17, 130}) {
                const Index stride = k + 3;
                const auto a = whole_numbers<TestType>(m * stride, 1),
                           b = whole_numbers<TestType>(n * stride, 2);
                const auto c = product(m, n, k, a, b, stride);
                for (Index i = 0; i < m; ++i)
                    for (Index j = 0; j < n; ++j) {
                        TestType expected = 0;
                        for (Index l = 0; l < k; ++l)
                            expected += a[static_cast<std::size_t>(i * stride + l)] *
                                        b[static_cast<std::size_t>(j * stride + l)];
                        CHECK(c[static_cast<std::size_t>(i * n + j)] == expected);
                    }
            }
}

TEMPLATE_TEST_CASE("a row has the same products to the last bit, alone and among others", "", float,
                   double) {
    const Index m = 7, n = 21, k = 333;
    auto a = whole_numbers<TestType>(m * k, 1), b = whole_numbers<TestType>(n * k, 2);
    for (auto& x : a) x /= 3;  // sums that are rounded
    const auto all = product(m, n, k, a, b, k);
    for (Index i = 0; i < m; ++i) {
        const std::vector<TestType> row(a.begin() + i * k, a.begin() + (i + 1) * k);
        const auto alone = product<TestType>(1, n, k, row, b, k);
        CHECK(std::equal(alone.begin(), alone.end(), all.begin() + i * n));
    }
}

TEST_CASE("products by rows are for few rows, or few columns, of many terms") {
    using blue::cpu::detail::prefers_rows;
    CHECK(prefers_rows(1, 500, 3));
    CHECK(prefers_rows(32, 500, 784));
    CHECK(prefers_rows(64, 10, 784));
    CHECK_FALSE(prefers_rows(8, 500, 16));
    CHECK(prefers_rows(64, 500, 784) == blue::cpu::detail::panels_are_slow);
}
