// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compares a layer without parameters with numbers of PyTorch.
#pragma once

#include <blue/models/forward.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

namespace blue_test {

/// Runs a layer on the input of tests/golden/reference_layers.py: 2 samples x 3 examples of numbers
/// with ties. \param output sum of cos(1 + 0.7 i) y_i. \param gradient sum of sin(1 + 0.3 j) dx_j,
/// where dx is the gradient of the former.
template <class Shape, class Layer>
void compare_with_reference(const Layer& layer, double output, double gradient) {
    using B = blue::Cpu<double>;
    blue::Tape<B> tape;
    std::vector<double> numbers;
    for (int i = 0; i < 6 * Shape::size; ++i)
        numbers.push_back((7 * i % 23 - 11) / 4.0 + (i % 5) / 8.0);
    const auto x = tape.leaf<Shape>(numbers.data(), 3, 2);
    const auto root = blue::testing::detail::weighted_sum(blue::forward(layer, tape, x).samples);
    tape.backward(root);
    double total = 0;
    int j = 0;
    for (double slope : tape.gradient_of(x.node)) total += std::sin(1 + 0.3 * j++) * slope;
    // Rounding of sums of up to 1000 numbers of order one.
    CHECK(std::abs(root.value() - output) < 1e-11);
    CHECK(std::abs(total - gradient) < 1e-11);
}

}  // namespace blue_test
