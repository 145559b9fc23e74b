// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Standardised rows and groups on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/standardise.hpp>
#include <blue/backends/cuda/standardise.hpp>
#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

TEMPLATE_TEST_CASE("cuda standardise: rows and groups, short and long", "[cuda]", float, double) {
    using T = TestType;
    // Squares, since the direction of the gradient is that of the numbers themselves.
    const auto rows = [](auto x) { return square(standardise(x)); };
    const auto groups = [](auto x) { return square(standardise_groups<2>(x, 0.1)); };
    for (Index samples : {1, 3}) {
        CHECK(compare<T>(rows, Argument<shape<2, 7>>{samples, 5}) < rounding<T>);
        CHECK(compare<T>(rows, Argument<shape<300>>{samples, 5}) < rounding<T>);
        CHECK(compare<T>(groups, Argument<shape<4, 77>>{samples, 5}) < rounding<T>);
    }
    const auto twice = [](auto x) { return standardise(x) * x; };
    CHECK(compare<T>(twice, Argument<shape<7>>{3, 5}) < rounding<T>);
}
