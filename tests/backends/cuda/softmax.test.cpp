// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Softmax and its relatives on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/softmax.hpp>
#include <blue/backends/cuda/softmax.hpp>

using namespace blue;
using namespace blue_test;

namespace {

template <class T, class Shape>
void check_all(Argument<Shape> any, Argument<Shape> positive) {
    CHECK(compare<T>([](auto x) { return softmax(x); }, any) < rounding<T>);
    CHECK(compare<T>([](auto x) { return log_softmax(x); }, any) < rounding<T>);
    CHECK(compare<T>([](auto x) { return normalise(x); }, positive) < rounding<T>);
    CHECK(compare<T>([](auto x) { return log_normalise(x); }, positive) < rounding<T>);
}

}  // namespace

TEMPLATE_TEST_CASE("cuda softmax: rows shorter and longer than a warp", "[cuda]", float, double) {
    using T = TestType;
    check_all<T, shape<10>>({3, 7}, {3, 7, 0.1, 2});
    check_all<T, shape<2, 100>>({2, 3}, {2, 3, 0.1, 2});
    check_all<T, shape<1>>({2, 3}, {2, 3, 0.1, 2});
}

TEST_CASE("cuda softmax: large numbers do not overflow", "[cuda]") {
    // Lanes of a warp see maxima that are hundreds apart. The gradients are small differences of
    // numbers around 1, so they are compared with those and not with each other.
    const Argument<shape<100>> x{2, 3, -500, 500};
    const auto f = [](auto a) { return softmax(a) + 1e-3 * log_softmax(a); };
    const auto given = run<Emulated<float>>(f, x), expected = run<Cpu<float>>(f, x);
    CHECK(difference(given.value, expected.value) < rounding<float>);
    double worst = 0;
    for (std::size_t i = 0; i < 600; ++i)
        worst = std::max(worst, std::abs(static_cast<double>(given.gradients[0][i]) -
                                         static_cast<double>(expected.gradients[0][i])));
    CHECK(worst < rounding<float>);
}

TEST_CASE("cuda softmax: gradients are added to what is there", "[cuda]") {
    const auto twice = [](auto x) { return softmax(x) * log_softmax(x); };
    CHECK(compare<double>(twice, Argument<shape<10>>{3, 4}) < rounding<double>);
}
