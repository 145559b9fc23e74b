// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Padding and upsampling on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/backends/cpu/resample.hpp>
#include <blue/backends/cuda/resample.hpp>
#include <blue/layers/padding.hpp>

using namespace blue;
using namespace blue_test;

namespace {

template <class Layer, class Shape, class T = double>
double worst(Index samples = 3) {
    const auto f = [](auto x) { return resample<typename Layer::map>(x, 0.5); };
    const auto twice = [f](auto x) { return f(x) * f(x * x); };
    return std::max(compare<T>(f, Argument<Shape>{samples, 4}),
                    compare<T>(twice, Argument<Shape>{samples, 4}));
}

using One = shape<3, 11>;
using Two = shape<2, 7, 8>;
using Three = shape<2, 4, 5, 3>;

}  // namespace

TEST_CASE("cuda resample: padding", "[cuda]") {
    CHECK(worst<ConstantPad2d<1, 2>, Two>() < rounding<double>);
    CHECK(worst<ReflectionPad2d<3>, Two, float>(1) < rounding<float>);
    CHECK(worst<ReplicationPad3d<2>, Three>() < rounding<double>);
    CHECK(worst<CircularPad1d<3>, One>() < rounding<double>);
}

TEST_CASE("cuda resample: upsampling", "[cuda]") {
    CHECK(worst<Upsample2d<2, 3>, Two>() < rounding<double>);
    CHECK(worst<LinearUpsample2d<2>, Two>() < rounding<double>);
    CHECK(worst<LinearUpsample3d<2, 3, 1>, Three, float>(1) < rounding<float>);
}
