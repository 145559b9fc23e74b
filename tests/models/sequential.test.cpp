// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using blue::Index, blue::Linear, blue::NonBayesian, blue::UniformPrior;
using B = blue::Cpu<double>;
template <Index In, Index Out>
using Point = Linear<In, Out, NonBayesian, UniformPrior, B>;

namespace {

/// W x + b by hand, with the parameters of a layer.
template <class Layer>
std::vector<double> by_hand(const Layer& layer, const std::vector<double>& x) {
    const double* w = layer.template state<"weight">().parameter(0);
    const double* b = layer.template state<"bias">().parameter(0);
    std::vector<double> y;
    for (Index i = 0; i < layer.template state<"bias">().size; ++i) {
        y.push_back(b[i]);
        for (double value : x) y.back() += *w++ * value;
    }
    return y;
}

}  // namespace

TEST_CASE("a stack runs its layers one after the other, a residual adds its input") {
    using Net = blue::Sequential<Point<2, 3>, blue::Tanh, blue::Residual<Point<3, 3>, blue::ReLU>,
                                 Point<3, 1>>;
    const Net net{blue::Seed{3}};
    blue::Tape<B> tape;
    const std::vector<double> x{0.5, -2};
    const auto y = blue::forward(net, tape, tape.input<blue::shape<2>>(x.data(), 1)).samples;
    CHECK(y.samples() == 1);
    std::vector<double> expected = by_hand(blue::layer<0>(net), x);
    for (double& value : expected) value = std::tanh(value);
    const auto inner = by_hand(blue::detail::layer_at<0>(blue::layer<2>(net)), expected);
    for (std::size_t i = 0; i < 3; ++i) expected[i] += std::fmax(inner[i], 0);
    CHECK(std::abs(y.value() - by_hand(blue::layer<3>(net), expected)[0]) < 1e-14);
}

TEST_CASE("a stack can be made of layers that carry their own options") {
    using Net = blue::Sequential<Linear<2, 2>, blue::LeakyReLU, Linear<2, 1>>;
    const Net net{blue::Seed{1}, Linear<2, 2>{blue::MeanFieldNormal{.std = 0.25}},
                  blue::LeakyReLU{.slope = 0.3}, Linear<2, 1>{}};
    CHECK(blue::layer<1>(net).slope == 0.3);
    CHECK(blue::layer<0>(net).state<"weight">().distribution.std == 0.25);
    CHECK(blue::layer<2>(net).state<"weight">().distribution.std == 1);
}
