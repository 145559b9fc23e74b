// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Parts of the last axis of the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/slice.hpp>
#include <blue/backends/cuda/slice.hpp>

using namespace blue;
using namespace blue_test;

TEST_CASE("cuda slice: parts of the last axis", "[cuda]") {
    using A = Argument<shape<3, 7>>;
    CHECK(compare<double>([](auto x) { return slice_last<2, 4>(x); }, A{5, 4}) == 0);
    CHECK(compare<float>([](auto x) { return slice_last<0, 7>(x); }, A{1, 1}) == 0);
    // Gradients are added to what is there.
    const auto overlapping = [](auto x) { return slice_last<0, 4>(x) + slice_last<3, 4>(x); };
    CHECK(compare<double>(overlapping, A{5, 4}) < rounding<double>);
}
