// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace blue;
using B = Cpu<double>;
template <Index In, Index Out, class Q = NonBayesian>
using Dense = Linear<In, Out, Q, MeanFieldNormal, B>;

namespace {

const std::vector<double> numbers{0.5, -2, 1, 3, 0.25, -1};

}  // namespace

TEST_CASE("a residual adds its input to the output of its layers") {
    const Residual<Dense<3, 4>, Tanh, Dense<4, 3>> residual{Seed{1}};
    const Sequential<Dense<3, 4>, Tanh, Dense<4, 3>> inside{Seed{1}};
    Tape<B> tape;
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto y = forward(residual, tape, x).samples.to_host();
    const auto f = forward(inside, tape, x).samples.to_host();
    for (std::size_t i = 0; i < 6; ++i) CHECK(y[i] == numbers[i] + f[i]);
}

TEST_CASE("an input of one sample is added to every sample") {
    const Residual<Dense<3, 3, MeanFieldNormal>> residual{Seed{1}};
    const Sequential<Dense<3, 3, MeanFieldNormal>> inside{Seed{1}};
    Tape<B> tape;
    const auto x = tape.input<shape<3>>(numbers.data(), 2);
    const auto y = forward(residual, tape, x, {.samples = 3}).samples;
    const auto f = forward(inside, tape, x, {.samples = 3}).samples.to_host();
    CHECK(y.samples() == 3);
    const auto values = y.to_host();
    for (std::size_t i = 0; i < 18; ++i) CHECK(values[i] == numbers[i % 6] + f[i]);
}

TEST_CASE("the gradient goes through the layers and around them") {
    const Residual<Dense<3, 4, MeanFieldNormal>, Tanh, Residual<Dense<4, 4, MeanFieldNormal>, Tanh>,
                   Dense<4, 3, MeanFieldNormal>>
        residual{Seed{1}};
    const testing::Values<shape<3>> x{1, 2, numbers};
    // Central differences of fourth order in double: about 1e-11 relative.
    CHECK(testing::gradient_check<B>(
              [&](auto input) {
                  return forward(residual, *input.tape, input, {.samples = 2}).samples;
              },
              x)
              .error < 1e-8);
}
