// SPDX-License-Identifier: BSD-3-Clause
#include "backends/cpu/products.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <vector>

using blue::Index;
using blue_test::compare_product;
using blue_test::whole_numbers;

TEMPLATE_TEST_CASE("products are those of the definition, next to other numbers", "", float,
                   double) {
    for (Index m : {1, 2, 3, 5, 7, 32, 64})
        for (Index n : {1, 10, 130})
            for (Index k : {1, 9, 300, 784}) {
                compare_product<false, false, TestType>(m, n, k);
                compare_product<true, false, TestType>(m, n, k);
                compare_product<false, true, TestType>(m, n, k);
            }
}

TEMPLATE_TEST_CASE("a row is added to all rows, and what is negative becomes 0", "", float,
                   double) {
    using T = TestType;
    const Index n = 19, k = 300;
    for (Index m : {1, 2, 3, 9}) {
        const auto a = whole_numbers<T>(m * k, 1), b = whole_numbers<T>(n * k, 2);
        const auto bias = whole_numbers<T>(n, 4);
        blue::Arena<blue::HostMemory> arena;
        T* const workspace = arena.allocate<T>(blue::cpu::gemm_workspace<T>());
        auto c = whole_numbers<T>(m * n, 3);
        const auto before = c;
        const auto multiply = [&](bool add, const T* summand, bool relu) {
            blue::cpu::gemm<false, true>(m, n, k, a.data(), k, b.data(), k, c.data(), n, add,
                                         workspace, summand, relu);
        };
        multiply(false, nullptr, false);
        const auto product = c;
        multiply(false, bias.data(), false);
        for (Index i = 0; i < m * n; ++i) {
            const auto at = static_cast<std::size_t>(i);
            CHECK(c[at] == product[at] + bias[static_cast<std::size_t>(i % n)]);
        }
        c = before;
        multiply(true, nullptr, true);
        for (std::size_t i = 0; i < c.size(); ++i)
            CHECK(c[i] == std::max(product[i] + before[i], T(0)));
    }
}

TEST_CASE("a product without terms is 0, or what was there") {
    std::vector<float> c{1, 2};
    const float unused[3]{};
    std::vector<float> workspace(static_cast<std::size_t>(blue::cpu::gemm_workspace<float>()));
    const auto multiply = [&](bool add) {
        blue::cpu::gemm<false, false>(1, 2, 0, unused, 1, unused, 2, c.data(), 2, add,
                                      workspace.data());
    };
    multiply(true);
    CHECK(c == std::vector<float>{1, 2});
    multiply(false);
    CHECK(c == std::vector<float>{0, 0});
}
