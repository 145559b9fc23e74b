// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Copies of parts of values on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/copy.hpp>
#include <blue/backends/cuda/copy.hpp>
#include <blue/ops/concatenate.hpp>
#include <blue/ops/join_samples.hpp>
#include <blue/ops/permute.hpp>
#include <blue/ops/slice.hpp>

#include <array>

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

TEST_CASE("cuda slice: parts of an axis", "[cuda]") {
    using A = Argument<shape<3, 7>>;
    CHECK(compare<double>([](auto x) { return slice_last<2, 4>(x); }, A{5, 4}) == 0);
    CHECK(compare<double>([](auto x) { return slice<0, 1, 2>(x); }, A{5, 4}) == 0);
    CHECK(compare<float>([](auto x) { return slice_last<0, 7>(x); }, A{1, 1}) == 0);
    // Gradients are added to what is there.
    const auto overlapping = [](auto x) { return slice_last<0, 4>(x) + slice_last<3, 4>(x); };
    CHECK(compare<double>(overlapping, A{5, 4}) < rounding<double>);
}

TEMPLATE_TEST_CASE("cuda concatenate: samples and rows of their own or shared", "[cuda]", float,
                   double) {
    using T = TestType;
    const auto join = [](auto x, auto y) { return concatenate<0>(x, y, x); };
    for (Index samples : {1, 5})
        for (Index batch : {1, 40})
            CHECK(compare<T>(join, Argument<shape<2, 3>>{samples, batch},
                             Argument<shape<4, 3>>{5, 40}) < rounding<T>);
}

TEST_CASE("cuda permute: another order of axes", "[cuda]") {
    using A = Argument<shape<3, 4, 5>>;
    CHECK(compare<double>([](auto x) { return permute<2, 0, 1>(x); }, A{3, 4}) == 0);
    CHECK(compare<double>([](auto x) { return transpose<1, -1>(x) * 2; }, A{3, 4}) == 0);
}

TEMPLATE_TEST_CASE("cuda join_samples: samples of their own or shared", "[cuda]", float, double) {
    using T = TestType;
    using X = Argument<shape<2, 3>>;
    const auto join = [](auto x, auto y) { return join_samples(std::array{x, y, x}, 5); };
    for (Index samples : {1, 5}) CHECK(compare<T>(join, X{samples, 40}, X{5, 40}) < rounding<T>);
}
