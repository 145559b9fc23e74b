// SPDX-License-Identifier: BSD-3-Clause
// The operation is tested in tests/ops/pooling.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"

#include <limits>
#include <type_traits>
#include <vector>

using namespace blue;
using blue_test::compare_with_reference;

namespace {

template <class Layer, class Shape>
using output = typename decltype(std::declval<Layer>()(
    std::declval<Pass<Cpu<float>>&>(), std::declval<Var<Cpu<float>, Shape>>()))::shape;
template <class Layer, class In, class Out>
inline constexpr bool gives = std::is_same_v<output<Layer, In>, Out>;

}  // namespace

static_assert(gives<MaxPool2d<2>, shape<6, 24, 24>, shape<6, 12, 12>>);
static_assert(gives<MaxPool2d<2>, shape<6, 5, 7>, shape<6, 2, 3>>);
static_assert(gives<MaxPool2d<2, ceil_mode>, shape<6, 5, 7>, shape<6, 3, 4>>);
static_assert(gives<MaxPool2d<3, stride<2>, padding<1>>, shape<64, 112, 112>, shape<64, 56, 56>>);
static_assert(gives<MaxPool2d<window<3, 2>, stride<2, 1>>, shape<1, 9, 9>, shape<1, 4, 8>>);
static_assert(gives<MaxPool2d<window<3>>, shape<1, 9, 9>, shape<1, 3, 3>>);
static_assert(gives<MaxPool1d<3, stride<1>, dilation<2>>, shape<4, 10>, shape<4, 6>>);
// The last window would begin in the padding behind the input.
static_assert(gives<AvgPool1d<2, stride<2>, padding<1>, ceil_mode>, shape<4, 5>, shape<4, 3>>);
static_assert(gives<AvgPool3d<2>, shape<4, 8, 6, 4>, shape<4, 4, 3, 2>>);
static_assert(gives<AdaptiveAvgPool2d<7>, shape<512, 14, 10>, shape<512, 7, 7>>);
static_assert(gives<AdaptiveAvgPool2d<7, 5>, shape<512, 14, 10>, shape<512, 7, 5>>);
static_assert(gives<AdaptiveMaxPool1d<1>, shape<16, 100>, shape<16, 1>>);
static_assert(gives<AdaptiveMaxPool3d<2, 1, 4>, shape<3, 5, 5, 5>, shape<3, 2, 1, 4>>);

TEST_CASE("pooling layers give PyTorch's numbers and gradients") {
    using One = shape<3, 11>;
    using Two = shape<2, 7, 9>;
    using Three = shape<2, 5, 6, 4>;
    // From tests/golden/reference_layers.py: a weighted sum of the outputs, and of the gradients of
    // this sum.
    compare_with_reference<One>(MaxPool1d<3>{}, -0.585065764883073, 3.07072929868001);
    compare_with_reference<One>(MaxPool1d<3, stride<1>, padding<1>, dilation<2>>{},
                                -3.86940811634626, -2.3514048212759);
    compare_with_reference<One>(MaxPool1d<4, stride<3>, padding<2>, ceil_mode>{}, 2.19795641616948,
                                -23.8150079180538);
    compare_with_reference<Two>(MaxPool2d<2>{}, 7.10825985530658, 1.19659548188564);
    compare_with_reference<Two>(MaxPool2d<2, stride<1>>{}, -4.40018936597079, 3.97282642070294);
    compare_with_reference<Two>(MaxPool2d<3, stride<2>, padding<1>>{}, -8.9079173947087,
                                2.04867328608506);
    compare_with_reference<Two>(
        MaxPool2d<window<3, 2>, stride<2, 3>, padding<1, 0>, dilation<1, 2>, ceil_mode>{},
        1.69979598033396, 3.44282086825931);
    compare_with_reference<Three>(MaxPool3d<2>{}, -0.413600387036452, -0.348195090336666);
    compare_with_reference<Three>(MaxPool3d<window<2, 3, 2>, stride<1, 2, 1>, padding<0, 1, 1>>{},
                                  -0.868761703653822, -3.90641735907804);
    compare_with_reference<One>(AvgPool1d<3>{}, -2.32740054955668, 2.86411470664088);
    compare_with_reference<One>(AvgPool1d<4, stride<3>, padding<2>, ceil_mode>{},
                                -0.249112639259464, -17.5499962129385);
    compare_with_reference<Two>(AvgPool2d<2>{}, 2.15016716600301, -0.048163235262496);
    compare_with_reference<Two>(AvgPool2d<3, stride<2>, padding<1>>{}, -0.755300512459919,
                                -0.775901017471042);
    compare_with_reference<Two>(
        AvgPool2d<3, stride<2>, padding<1>, ceil_mode, count_include_pad<false>>{},
        -3.20333012104593, -0.927749452327999);
    compare_with_reference<Two>(AvgPool2d<window<3, 2>, stride<3>, padding<1>, ceil_mode>{},
                                0.185572976501705, -0.0449108427878249);
    compare_with_reference<Three>(AvgPool3d<2, stride<1>>{}, 2.01553182031696, 3.77151673085422);
    compare_with_reference<Three>(
        AvgPool3d<window<2, 3, 2>, stride<2>, padding<1>, count_include_pad<false>>{},
        -5.72506518268569, 2.81704316260194);
    compare_with_reference<One>(AdaptiveAvgPool1d<4>{}, -1.24263256041236, 7.58206627544181);
    compare_with_reference<One>(AdaptiveMaxPool1d<15>{}, -1.22720708126817, -2.13284628993618);
    compare_with_reference<Two>(AdaptiveAvgPool2d<1>{}, -0.167851125116241, -0.000529061398652038);
    compare_with_reference<Two>(AdaptiveAvgPool2d<3, 4>{}, -0.698973582453213, -0.0420175114329599);
    compare_with_reference<Two>(AdaptiveMaxPool2d<7, 3>{}, -0.714691787692156, 0.729648734692279);
    compare_with_reference<Three>(AdaptiveAvgPool3d<2, 4, 3>{}, 2.0373912946159, 21.4236522878354);
    compare_with_reference<Three>(AdaptiveMaxPool3d<3>{}, -2.82079123338007, 1.86456761367189);
}

TEST_CASE("a model may begin with pooling behind a known shape") {
    using Net = Sequential<Linear<6, 6>, MaxPool1d<2>, Flatten<>, Linear<12, 2>>;
    const Net net{Seed{1}};
    Tape<Cpu<float>> tape;
    const std::vector<float> x(48, 1.0f);
    const auto y = forward(net, tape, tape.input<shape<4, 6>>(x.data(), 2)).samples;
    CHECK(y.to_host().size() == 40);
}
