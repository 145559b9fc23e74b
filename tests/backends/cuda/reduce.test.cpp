// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reductions of the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <cstdint>

using namespace blue;
using namespace blue_test;

TEMPLATE_TEST_CASE("cuda reduce: over samples, rows and everything", "[cuda]", float, double) {
    using T = TestType;
    using A = Argument<shape<3, 70>>;  // rows longer than a warp, 5 x 4 x 210 > a block of numbers
    CHECK(compare<T>([](auto x) { return sum(x); }, A{5, 4}) < rounding<T>);
    CHECK(compare<T>([](auto x) { return mean(x); }, A{1, 1}) < rounding<T>);
    CHECK(compare<T>([](auto x) { return sum_last(x); }, A{5, 4}) < rounding<T>);
    CHECK(compare<T>([](auto x) { return mean_samples(x); }, A{5, 4}) < rounding<T>);
    CHECK(compare<T>([](auto x) { return std_samples(x); }, A{5, 4}) < rounding<T>);
}

TEST_CASE("cuda reduce: the gradient of a deviation of equal samples is 0", "[cuda]") {
    Tape<Emulated<double>> tape;
    const std::vector<double> equal(6, 1.5);
    const auto x = tape.leaf<shape<2>>(equal.data(), 1, 3);
    tape.backward(sum(std_samples(x)));
    CHECK(tape.gradient_of(x.node) == std::vector<double>(6, 0.0));
}

TEST_CASE("cuda reduce: gradients are added to what is there", "[cuda]") {
    using A = Argument<shape<6>>;
    // x is used four times: each later use adds.
    const auto all = [](auto x) {
        return sum_last(x) + mean_samples(sum_last(x)) + std_samples(sum_last(x)) + sum(x);
    };
    CHECK(compare<double>(all, A{3, 2}) < rounding<double>);
}

TEST_CASE("cuda pick: the entries of labels, for all samples", "[cuda]") {
    const std::vector<std::int32_t> labels{3, 0, 2, 2, 1, 3};  // batch 3 x 2 rows of an item
    const auto picked = [&](auto x) { return pick(x, make_labels(*x.tape, labels.data(), 6, 4)); };
    CHECK(compare<double>(picked, Argument<shape<2, 4>>{5, 3}) == 0);
    const auto twice = [&](auto x) {
        return pick(x, make_labels(*x.tape, labels.data(), 6, 4)) + sum_last(x);
    };
    CHECK(compare<double>(twice, Argument<shape<2, 4>>{5, 3}) < rounding<double>);
}
