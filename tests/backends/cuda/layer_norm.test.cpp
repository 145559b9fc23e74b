// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layer normalisation on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/layer_norm.hpp>
#include <blue/backends/cuda/layer_norm.hpp>
#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// One number per warp, fewer than a warp has lanes, and more.
template <class T, Index Width>
void check_width() {
    using X = Argument<shape<3, Width>>;
    using Row = Argument<shape<Width>>;
    const auto both = [](auto x, auto weight, auto bias) { return layer_norm(x, weight, bias); };
    const auto added = [](auto x, auto y, auto weight, auto bias) {
        return add_layer_norm(x, y, weight, bias, 1e-3);
    };
    for (Index x : {1, 3})
        for (Index row : {1, 3}) {
            CHECK(compare<T>(both, X{x, 13}, Row{row, 1}, Row{1, 1}) < rounding<T>);
            CHECK(compare<T>(added, X{x, 13}, X{row, 13}, Row{1, 1}, Row{row, 1}) < rounding<T>);
        }
}

}  // namespace

TEMPLATE_TEST_CASE("cuda layer_norm: samples of their own or shared", "[cuda]", float, double) {
    check_width<TestType, 5>();
    check_width<TestType, 71>();
}

TEST_CASE("cuda layer_norm: without factors, and gradients that are added", "[cuda]") {
    using X = Argument<shape<9>>;
    // Squares, since the direction of the gradient is that of the numbers themselves.
    const auto plain = [](auto x) { return square(layer_norm(x)); };
    const auto twice = [](auto x, auto weight) {
        return layer_norm(x * x, weight) * x + add_layer_norm(x, x);
    };
    CHECK(compare<double>(plain, X{3, 4}) < rounding<double>);
    CHECK(compare<double>(twice, X{1, 4}, X{3, 1}) < rounding<double>);
}

TEST_CASE("cuda layer_norm: means that are large beside deviations", "[cuda]") {
    // Deviations of 0.01 around 1000 have 11 digits in double.
    const Argument<shape<64>> x{2, 3, 999.99, 1000.01};
    CHECK(compare<double>([](auto a) { return square(layer_norm(a)); }, x) < 1e-9);
}
