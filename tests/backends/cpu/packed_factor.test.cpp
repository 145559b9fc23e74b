// SPDX-License-Identifier: BSD-3-Clause
#include "backends/cpu/products.hpp"

#include "support/catch.hpp"

using blue::Index;

TEMPLATE_TEST_CASE("a factor that is laid out once gives the same products", "", float, double) {
    for (Index m : {1, 16})
        for (Index n : {1, 10, 130, 224})
            for (Index k : {1, 9, 300}) blue_test::compare_packed_factor<TestType>(m, n, k);
}
