// SPDX-License-Identifier: BSD-3-Clause
// Values and gradients are tested in tests/ops and tests/golden.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>
#include <vector>

using blue::Cpu, blue::Linear, blue::MeanFieldNormal, blue::NonBayesian, blue::UniformPrior,
    blue::without_bias;

// Options first, then the policies, each with its default.
static_assert(blue::random_variable_count<Linear<2, 3>> == 2);
static_assert(blue::random_variable_count<Linear<2, 3, without_bias>> == 1);
static_assert(blue::random_variable_count<Linear<2, 3, without_bias, NonBayesian, UniformPrior>> ==
              1);
static_assert(std::is_same_v<Linear<2, 3>::backend, Cpu<float>>);
static_assert(std::is_same_v<Linear<2, 3, MeanFieldNormal, MeanFieldNormal, Cpu<double>>::backend,
                             Cpu<double>>);
static_assert(std::is_same_v<Linear<2, 3>::input_shape, blue::shape<2>>);

TEST_CASE("a linear layer works on the last axis of longer items") {
    const auto layer = blue::make<Linear<2, 3>>(blue::Seed{1});
    blue::Tape<Cpu<float>> tape;
    const std::vector<float> inputs{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const auto long_items =
        blue::forward(layer, tape, tape.input<blue::shape<3, 2>>(inputs.data(), 2), {.samples = 4})
            .samples;
    static_assert(std::is_same_v<decltype(long_items)::shape, blue::shape<3, 3>>);
    const auto values = long_items.to_host();
    tape.reset();
    CHECK(blue::forward(layer, tape, tape.input<blue::shape<2>>(inputs.data(), 6), {.samples = 4})
              .samples.to_host() == values);
}
