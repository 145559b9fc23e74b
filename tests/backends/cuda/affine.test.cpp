// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Factors and offsets per channel on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/affine.hpp>
#include <blue/backends/cuda/affine.hpp>

using namespace blue;
using namespace blue_test;

TEMPLATE_TEST_CASE("cuda affine: inputs, factors and offsets of their own or shared", "[cuda]",
                   float, double) {
    using T = TestType;
    const auto last = [](auto x, auto weight, auto bias) { return affine(x, weight, bias); };
    const auto first = [](auto x, auto weight, auto bias) {
        return affine<channel_axis::first>(x, weight, bias);
    };
    for (Index x : {1, 3})
        for (Index weight : {1, 3})
            for (Index bias : {1, 3}) {
                // 45 rows, which two threads add up.
                CHECK(compare<T>(last, Argument<shape<5, 7>>{x, 9}, Argument<shape<7>>{weight, 1},
                                 Argument<shape<7>>{bias, 1}) < rounding<T>);
                CHECK(compare<T>(first, Argument<shape<5, 7>>{x, 9}, Argument<shape<5>>{weight, 1},
                                 Argument<shape<5>>{bias, 1}) < rounding<T>);
            }
}

TEST_CASE("cuda affine: without offset, and gradients that are added", "[cuda]") {
    using X = Argument<shape<5>>;
    const auto scale = [](auto x, auto weight) { return affine(x, weight); };
    const auto twice = [](auto x, auto weight) {
        return affine(affine(x, weight), weight, weight) + affine(x, weight);
    };
    CHECK(compare<double>(scale, X{3, 4}, X{1, 1}) < rounding<double>);
    CHECK(compare<double>(twice, X{1, 4}, X{3, 1}) < rounding<double>);
}
