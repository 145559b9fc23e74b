// SPDX-License-Identifier: BSD-3-Clause
// Values and gradients are also tested in tests/backends/cpu, tests/ops and tests/golden.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"

#include <type_traits>

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;
using Q = NonBayesian;
using U = UniformPrior;

/// The shape that a layer gives.
template <class Layer, class Shape>
using output_of = typename blue::detail::output_of<Layer, Shape>::shape;

/// A layer with the weights of tests/golden/reference_convolutions.py.
template <class Layer>
Layer fixed() {
    Layer layer;
    layer.for_each_state([](auto& state) {
        using Shape = typename std::remove_reference_t<decltype(state)>::variable::shape;
        for (int i = 0; i < static_cast<int>(Shape::size); ++i)
            state.parameter(0)[i] = Shape::rank == 1 ? (i % 3 - 1) / 4.0 : (5 * i % 13 - 6) / 8.0;
    });
    return layer;
}

}  // namespace

// Options in any order, then the policies, each with its default.
static_assert(random_variable_count<Conv2d<1, 6, kernel<5, 5>>> == 2);
static_assert(random_variable_count<Conv2d<1, 6, kernel<5>, without_bias>> == 1);
static_assert(random_variable_count<Conv2d<1, 6, without_bias, padding<1>, kernel<5>, N, U>> == 1);
static_assert(std::is_same_v<Conv1d<2, 3, kernel<3>>::backend, Cpu<float>>);
static_assert(std::is_same_v<Conv3d<2, 3, kernel<3>, N, N, B>::backend, B>);
static_assert(parameter_count<Conv2d<4, 6, kernel<3, 2>, groups<2>>> == 2 * (6 * 2 * 3 * 2 + 6));
static_assert(parameter_count<ConvTranspose1d<4, 6, kernel<3>, groups<2>>> == 2 * (4 * 3 * 3 + 6));
static_assert(variational_parameter_names<Sequential<Conv2d<1, 6, kernel<5>>>>[1] ==
              "0._weight_log_std");

// Sizes of results.
static_assert(
    std::is_same_v<output_of<Conv2d<1, 6, kernel<5, 5>>, shape<1, 28, 28>>, shape<6, 24, 24>>);
static_assert(
    std::is_same_v<output_of<Conv2d<1, 6, kernel<3>, stride<2>, padding<1>>, shape<1, 28, 27>>,
                   shape<6, 14, 14>>);
static_assert(
    std::is_same_v<output_of<Conv1d<2, 3, kernel<4>, dilation<3>, same_padding>, shape<2, 11>>,
                   shape<3, 11>>);
static_assert(
    std::is_same_v<output_of<Conv1d<2, 3, kernel<4>, valid_padding>, shape<2, 11>>, shape<3, 8>>);
static_assert(
    std::is_same_v<
        output_of<ConvTranspose2d<2, 3, kernel<3>, stride<2>, padding<1>, output_padding<1, 0>>,
                  shape<2, 4, 5>>,
        shape<3, 8, 9>>);

// Policies of a whole model at once.
using Small = Sequential<Conv2d<1, 2, kernel<3>, stride<2>>, ReLU, Flatten<>, Linear<18, 3>>;
static_assert(std::is_same_v<with_policies<Small, N, U, B>,
                             Sequential<Conv2d<1, 2, kernel<3>, stride<2>, N, U, B>, ReLU,
                                        Flatten<>, Linear<18, 3, N, U, B>>>);

TEST_CASE("convolutional layers agree with PyTorch") {
    using One = shape<4, 11>;
    using Two = shape<4, 7, 9>;
    using Three = shape<2, 5, 6, 4>;
    compare_with_reference<One>(
        fixed<Conv1d<4, 6, kernel<3>, stride<2>, padding<1>, groups<2>, Q, U, B>>(),
        12.4188886607411, 4.67075796556497);
    compare_with_reference<Two>(
        fixed<Conv2d<4, 3, kernel<3, 2>, stride<2, 1>, padding<1, 2>, dilation<1, 2>, Q, U, B>>(),
        9.15306399975554, -5.32634523725432);
    compare_with_reference<Two>(
        fixed<Conv2d<4, 2, kernel<4>, same_padding, reflect_padding, Q, U, B>>(), -66.2221917843771,
        7.97920283086506);
    compare_with_reference<Three>(
        fixed<Conv3d<2, 3, kernel<2, 3, 2>, padding<1, 0, 2>, circular_padding, Q, U, B>>(),
        12.177767646665, 8.63604195869653);
    compare_with_reference<One>(fixed<ConvTranspose1d<4, 3, kernel<3>, Q, U, B>>(), 1.4387777566778,
                                -2.5766908400114);
    compare_with_reference<One>(fixed<ConvTranspose1d<4, 6, kernel<4>, stride<3>, padding<2>,
                                                      output_padding<2>, groups<2>, Q, U, B>>(),
                                -162.476891698379, -0.450323052217649);
    compare_with_reference<Two>(
        fixed<
            ConvTranspose2d<4, 3, kernel<3>, stride<2>, padding<1>, output_padding<1>, Q, U, B>>(),
        -6.03161377524101, -0.322987116905423);
    compare_with_reference<Two>(
        fixed<ConvTranspose2d<4, 2, kernel<3, 2>, stride<1, 3>, padding<2, 0>, dilation<2, 1>,
                              without_bias, Q, U, B>>(),
        32.6700386065986, -0.358704608263098);
    compare_with_reference<Two>(fixed<ConvTranspose2d<4, 4, kernel<2>, dilation<3>,
                                                      output_padding<2, 0>, groups<4>, Q, U, B>>(),
                                -2.31402575085451, 1.34299181595732);
    compare_with_reference<Three>(
        fixed<ConvTranspose3d<2, 3, kernel<2, 3, 1>, stride<2, 1, 2>, padding<1, 1, 0>, Q, U, B>>(),
        -16.0314163249216, 0.356810993201313);
}

TEST_CASE("a stack with a convolution") {
    const Small net{Seed{1}};
    Tape<Cpu<float>> tape;
    const std::vector<float> images(2 * 49, 1.0f);
    const auto result =
        forward(net, tape, tape.input<shape<1, 7, 7>>(images.data(), 2), {.samples = 3});
    static_assert(std::is_same_v<decltype(result.samples)::shape, shape<3>>);
    CHECK(result.samples.samples() == 3);
    CHECK(result.log_probs.get<0, "weight">().prior.size() == 3);
}
