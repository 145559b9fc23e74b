// SPDX-License-Identifier: BSD-3-Clause
#include <blue/tensor/sequence_first.hpp>

#include <blue/blue.hpp>

#include "support/catch.hpp"

using namespace blue;

TEST_CASE("sequences with the length first become items, and back") {
    Tape<Cpu<float>> tape;
    // Length 3, batch 2, width 2: 10 times the position and the example.
    const std::vector<float> numbers{0, 0, 1, 1, 10, 10, 11, 11, 20, 20, 21, 21};
    const auto x = sequence_first<shape<3, 2>>(tape, numbers.data(), 2);
    static_assert(std::is_same_v<decltype(x)::shape, shape<3, 2>>);
    CHECK(x.batch() == 2);
    CHECK(x.to_host() == std::vector<float>{0, 0, 10, 10, 20, 20, 1, 1, 11, 11, 21, 21});
    CHECK(to_sequence_first(x) == numbers);

    const auto of_any_length =
        sequence_first<shape<dynamic, 2>>(tape, numbers.data(), 2, Extents{3});
    CHECK(of_any_length.to_host() == x.to_host());
    CHECK(to_sequence_first(of_any_length) == numbers);
    // Several samples keep their place.
    const auto samples = tape.input<shape<3, 2>>(numbers.data(), 1, 2);
    CHECK(to_sequence_first(samples) == numbers);
}
