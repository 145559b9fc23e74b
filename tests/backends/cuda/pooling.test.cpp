// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pooling on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/pooling.hpp>
#include <blue/backends/cuda/pooling.hpp>
#include <blue/layers/pooling.hpp>

using namespace blue;
using namespace blue_test;

namespace {

template <class Layer, class Shape, class T = double>
double worst(Index samples = 3) {
    const auto f = [](auto x) { return pool<typename Layer::windows>(x); };
    const auto twice = [f](auto x) { return f(x) * f(x * x); };
    return std::max(compare<T>(f, Argument<Shape>{samples, 4}),
                    compare<T>(twice, Argument<Shape>{samples, 4}));
}

using One = shape<3, 11>;
using Two = shape<2, 9, 12>;
using Three = shape<2, 4, 5, 6>;

}  // namespace

TEST_CASE("cuda pooling: the largest of windows", "[cuda]") {
    CHECK(worst<MaxPool1d<3, stride<1>, dilation<2>>, One>() < rounding<double>);
    CHECK(worst<MaxPool1d<2, ceil_mode>, One>() < rounding<double>);
    CHECK(worst<MaxPool2d<2>, Two, float>(1) < rounding<float>);
    CHECK(worst<MaxPool2d<3, stride<2>, padding<1>>, Two>() < rounding<double>);
    CHECK(worst<MaxPool2d<window<3, 4>, stride<3, 1>, dilation<2, 1>>, Two>() < rounding<double>);
    CHECK(worst<MaxPool3d<2, stride<1>>, Three>() < rounding<double>);
    CHECK(worst<AdaptiveMaxPool2d<4, 5>, Two>() < rounding<double>);
}

TEST_CASE("cuda pooling: means of windows", "[cuda]") {
    CHECK(worst<AvgPool1d<3, stride<4>, padding<1>>, One>() < rounding<double>);
    CHECK(worst<AvgPool2d<2>, Two, float>(1) < rounding<float>);
    CHECK(worst<AvgPool2d<3, stride<2>, padding<1>, ceil_mode>, Two>() < rounding<double>);
    CHECK(worst<AvgPool2d<3, padding<1>, count_include_pad<false>>, Two>() < rounding<double>);
    CHECK(worst<AvgPool3d<2, stride<1>>, Three>() < rounding<double>);
    CHECK(worst<AdaptiveAvgPool2d<1>, Two>() < rounding<double>);
    CHECK(worst<AdaptiveAvgPool2d<5, 7>, Two>() < rounding<double>);
    // More outputs than inputs.
    CHECK(worst<AdaptiveAvgPool1d<25>, One>() < rounding<double>);
}

TEST_CASE("cuda pooling: equal numbers and NaN", "[cuda]") {
    const std::vector<double> host{1, 1, 1, 1, NAN, 2, NAN, 3, 0, 5, 5, 5};
    const auto run_pool = [&]<class B>(B) {
        Tape<B> tape;
        const auto x = tape.template leaf<shape<1, 12>>(host.data(), 1);
        const auto y = pool<MaxPool1d<4, stride<2>>::windows>(x);
        tape.backward(sum(y));
        return Outcome<double>{y.to_host(), {tape.gradient_of(x.node)}};
    };
    const auto given = run_pool(Emulated<double>{}), expected = run_pool(Cpu<double>{});
    CHECK(difference(given.value, expected.value) == 0);
    CHECK(given.gradients == expected.gradients);
}
