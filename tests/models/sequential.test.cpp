// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <type_traits>
#include <vector>

using namespace blue;
using B = Cpu<double>;
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
    using Net = Sequential<Point<2, 3>, Tanh, Residual<Point<3, 3>, ReLU>, Sequential<Point<3, 1>>>;
    const Net net{Seed{3}};
    Tape<B> tape;
    const std::vector<double> x{0.5, -2};
    const auto y = forward(net, tape, tape.input<shape<2>>(x.data(), 1)).samples;
    static_assert(std::is_same_v<decltype(y)::shape, shape<1>>);
    CHECK(y.samples() == 1);
    std::vector<double> expected = by_hand(layer<0>(net), x);
    for (double& value : expected) value = std::tanh(value);
    const auto inner = by_hand(layer<0>(layer<2>(net)), expected);
    for (std::size_t i = 0; i < 3; ++i) expected[i] += std::fmax(inner[i], 0);
    // A few roundings of numbers of order 1.
    CHECK(std::abs(y.value() - by_hand(layer<0>(layer<3>(net)), expected)[0]) < 1e-14);
}

TEST_CASE("a stack can be made of layers that carry their own options") {
    using Net = Sequential<Linear<2, 2>, LeakyReLU, Linear<2, 1>>;
    const Net net{Seed{1}, Linear<2, 2>{MeanFieldNormal{.std = 0.25}}, LeakyReLU{.slope = 0.3},
                  Linear<2, 1>{}};
    CHECK(layer<1>(net).slope == 0.3);
    CHECK(layer<0>(net).state<"weight">().distribution.std == 0.25);
    CHECK(layer<2>(net).state<"weight">().distribution.std == 1);
    // The initial values follow from the options and the seed.
    CHECK(std::abs(layer<0>(net).state<"weight">().parameter(1)[0] -
                   std::log(0.25 * (1 / std::sqrt(2.0)) + 0.25e-5)) < 1e-6);
}

TEST_CASE("layers without a seed are as they were given") {
    Linear<2, 1> given;
    given.state<"weight">().parameter(0)[1] = 7;
    const Sequential<Linear<2, 1>, ReLU> net{given, ReLU{}};
    CHECK(layer<0>(net).state<"weight">().parameter(0)[1] == 7);
}

TEST_CASE("an empty stack gives back its input") {
    const Sequential<> nothing;
    Tape<B> tape;
    const double x[2] = {1, 2};
    const auto in = tape.input<shape<2>>(x, 1);
    CHECK(forward(nothing, tape, in).samples.node == in.node);
}

TEST_CASE("layers are reached by position, for reading and writing") {
    Sequential<Linear<2, 2>, LeakyReLU> net{Seed{1}};
    layer<1>(net).slope = 0.7;
    const auto& constant = net;
    CHECK(layer<1>(constant).slope == 0.7);
    static_assert(std::is_same_v<decltype(layer<0>(constant)), const Linear<2, 2>&>);
}
