// SPDX-License-Identifier: BSD-3-Clause
// The operations are tested in tests/ops/permute.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>
#include <vector>

using namespace blue;

TEST_CASE("layers give items another shape and order") {
    using Net = Sequential<Linear<4, 12>, Reshape<1, 4, 3>, Permute<2, 1, 0>, Flatten<>>;
    const Sequential<Linear<4, 12>> linear{Seed{1}};
    const Net net{Seed{1}};
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers{1, 2, 3, 4};
    const auto x = tape.input<shape<4>>(numbers.data(), 1);
    const auto y = forward(net, tape, x, {.samples = 2}).samples.to_host();
    const auto z = forward(linear, tape, x, {.samples = 2}).samples.to_host();
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 3; ++j) CHECK(y[j * 4 + i] == z[i * 3 + j]);
}

TEST_CASE("flattened images become images again") {
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
    const auto x = tape.input<shape<1, 2, 3>>(numbers.data(), 1);
    const Sequential<Flatten<>, Reshape<1, 2, 3>> net{Seed{1}};
    const auto y = forward(net, tape, x).samples;
    static_assert(std::is_same_v<decltype(y)::shape, shape<1, 2, 3>>);
    CHECK(y.node == x.node);
    const auto turned = forward(Permute<0, 2, 1>{}, tape, x).samples;
    static_assert(std::is_same_v<decltype(turned)::shape, shape<1, 3, 2>>);
    CHECK(turned.to_host() == std::vector<float>{1, 4, 2, 5, 3, 6});
}
