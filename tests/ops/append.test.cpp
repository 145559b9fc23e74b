// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("appended numbers keep the laws", "[ops]") {
    const auto append = [](auto x, auto tail) { return append_last(x, tail); };
    const auto square_of = [](auto x, auto tail) {
        return append_last(x, tail) * append_last(x, tail);
    };
    const auto x = random_values<shape<2, 3>>(4, 5, Seed{1});
    const auto one = random_values<shape<2, 3>>(1, 5, Seed{2});
    const auto tail = random_values<shape<2>>(4, 1, Seed{3});
    const auto shared = random_values<shape<2>>(1, 1, Seed{4});
    CHECK(operation_laws(append, x, tail) == Failures{});
    CHECK(operation_laws(append, x, shared) == Failures{});
    CHECK(operation_laws(append, one, tail) == Failures{});
    CHECK(operation_laws(square_of, one, shared) == Failures{});
}

TEST_CASE("appended numbers stand behind every row", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6, 7, 8}, tail{10, 20};
    const auto x = tape.input<shape<2>>(numbers.data(), 2, 2);
    const auto y = append_last(x, tape.input<shape<1>>(tail.data(), 1, 2));
    static_assert(std::is_same_v<decltype(y)::shape, shape<3>>);
    CHECK(y.to_host() == std::vector<double>{1, 2, 10, 3, 4, 10, 5, 6, 20, 7, 8, 20});
    const auto row = tape.input<shape<1>>(numbers.data(), 2);
    CHECK(append_last(row, tape.input<shape<1>>(tail.data(), 1, 2)).to_host() ==
          std::vector<double>{1, 10, 2, 10, 1, 20, 2, 20});
    CHECK_THROWS_AS(append_last(x, tape.input<shape<1>>(tail.data(), 2)), ShapeError);
    CHECK_THROWS_AS(append_last(x, tape.input<shape<1>>(numbers.data(), 1, 3)), ShapeError);
}
