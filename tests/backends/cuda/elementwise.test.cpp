// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise kernels of the CUDA backend against the CPU, with all ways of sharing an input.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/ops/activations.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// Not symmetric in its arguments, and with a different derivative in each.
struct Formula {
    double power;
    template <class T>
    BLUE_HOST_DEVICE T apply(T a, T b, T c) const {
        return a * exp(0.1 * b) + power * tanh(c) * b;
    }
};

/// One operation with all functions of the activations: cheaper to compile than one for each.
struct Functions {
    template <class T>
    BLUE_HOST_DEVICE T apply(T x) const {
        return max(x, T(0)) + where(x > T(0.5), x, 0.1 * x) + expm1(min(x, T(0))) + tanh(x) +
               sigmoid(x) + softplus(x) + erf(x) + log(exp(x) + 2) + abs(square(x) - 1);
    }
};

const auto three = [](auto a, auto b, auto c) { return elementwise(Formula{1.5}, a, b, c); };

}  // namespace

TEST_CASE("cuda elementwise: inputs shared by samples or rows", "[cuda]") {
    using T = double;
    using A = Argument<shape<3, 5>>;
    using Number = Argument<scalar_shape>;
    // Sizes around the warp and the block of threads: 4 x 7 x 15 = 420 elements.
    CHECK(compare<T>(three, A{4, 7}, A{4, 7}, A{4, 7}) < rounding<T>);
    CHECK(compare<T>(three, A{1, 7}, A{4, 7}, A{1, 7}) < rounding<T>);
    CHECK(compare<T>(three, A{4, 1}, A{4, 7}, A{1, 1}) < rounding<T>);
    CHECK(compare<T>(three, A{4, 1}, A{1, 7}, A{4, 7}) < rounding<T>);
    CHECK(compare<T>(three, A{1, 1}, A{1, 1}, A{1, 1}) < rounding<T>);
    CHECK(compare<T>(three, Number{1, 1}, A{4, 7}, A{4, 7}) < rounding<T>);
    CHECK(compare<T>(three, Number{4, 1}, A{4, 7}, A{1, 1}) < rounding<T>);
    CHECK(compare<T>(three, A{1, 7}, Number{4, 1}, Number{1, 1}) < rounding<T>);
    CHECK(compare<T>(three, Number{1, 1}, Number{1, 1}, Number{5, 1}) < rounding<T>);
}

TEST_CASE("cuda elementwise: a number that meets more elements than a block sums", "[cuda]") {
    using T = double;
    // 3 x 9 x 400 = 10800 products in 6 blocks.
    const auto affine = [](auto a, auto b) { return a * b + a; };
    CHECK(compare<T>(affine, Argument<scalar_shape>{1, 1}, Argument<shape<400>>{3, 9}) <
          rounding<T>);
    CHECK(compare<T>(affine, Argument<scalar_shape>{3, 1}, Argument<shape<400>>{1, 9}) <
          rounding<T>);
}

TEST_CASE("cuda elementwise: the same value twice", "[cuda]") {
    using T = double;
    const auto square_of = [](auto a) { return a * a + a * 2.0; };
    CHECK(compare<T>(square_of, Argument<shape<6>>{2, 3}) < rounding<T>);
}

TEMPLATE_TEST_CASE("cuda elementwise: the functions of activations", "[cuda]", float, double) {
    using T = TestType;
    CHECK(compare<T>([](auto a) { return elementwise(Functions{}, a); },
                     Argument<shape<37>>{2, 3}) < rounding<T>);
}
