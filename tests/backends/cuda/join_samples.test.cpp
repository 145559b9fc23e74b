// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joined samples on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/join_samples.hpp>
#include <blue/backends/cuda/join_samples.hpp>

#include <array>

using namespace blue;
using namespace blue_test;

TEMPLATE_TEST_CASE("cuda join_samples: samples of their own or shared", "[cuda]", float, double) {
    using T = TestType;
    using X = Argument<shape<2, 3>>;
    const auto join = [](auto x, auto y) { return join_samples(std::array{x, y, x}, 5); };
    for (Index samples : {1, 5}) CHECK(compare<T>(join, X{samples, 40}, X{5, 40}) < rounding<T>);
}
