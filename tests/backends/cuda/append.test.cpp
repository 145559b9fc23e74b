// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers behind the last axis on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/append.hpp>
#include <blue/backends/cuda/append.hpp>

using namespace blue;
using namespace blue_test;

TEMPLATE_TEST_CASE("cuda append: rows and numbers, of their own or shared", "[cuda]", float,
                   double) {
    using T = TestType;
    using X = Argument<shape<2, 3>>;
    using Tail = Argument<shape<4>>;
    const auto append = [](auto x, auto tail) { return append_last(x, tail); };
    for (Index samples : {1, 5})
        for (Index tail_samples : {1, 5})
            CHECK(compare<T>(append, X{samples, 40}, Tail{tail_samples, 1}) < rounding<T>);
    // Gradients are added to what is there.
    const auto twice = [](auto x, auto tail) {
        return append_last(x, tail) + append_last(x, tail);
    };
    CHECK(compare<T>(twice, X{5, 4}, Tail{1, 1}) < rounding<T>);
}
