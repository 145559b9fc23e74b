// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

TEST_CASE("the identity hands its input on") {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[2] = {1, 2};
    const auto x = tape.input<blue::shape<2>>(numbers, 1);
    CHECK(blue::forward(blue::Identity{}, tape, x).samples.node == x.node);
}
