// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>
#include <vector>

using B = blue::Cpu<float>;
using Net = blue::Sequential<blue::Flatten<2, 3>, blue::Linear<6, 2>>;
static_assert(std::is_same_v<blue::input_shape_of<Net>, blue::shape<2, 3>>);

TEST_CASE("flattening moves no number") {
    blue::Tape<B> tape;
    const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
    const auto x = tape.input<blue::shape<2, 3>>(numbers.data(), 1);
    const auto y = blue::forward(blue::Flatten<>{}, tape, x).samples;
    static_assert(std::is_same_v<decltype(y)::shape, blue::shape<6>>);
    CHECK(y.node == x.node);
    const Net net{blue::Seed{1}};
    CHECK(blue::forward(net, tape, x).samples.node->item == 2);
}
