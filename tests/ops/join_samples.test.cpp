// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <array>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("joined samples keep the laws", "[ops]") {
    const auto join = [](auto x, auto y) { return join_samples(std::array{x, y}, 3); };
    const auto with_itself = [](auto x, auto y) {
        return join_samples(std::array{x, y, x}, 3) * join_samples(std::array{y, x, x}, 3);
    };
    const auto x = random_values<shape<2, 3>>(3, 5, Seed{1});
    const auto y = random_values<shape<2, 3>>(3, 5, Seed{2});
    const auto one = random_values<shape<2, 3>>(1, 5, Seed{3});
    CHECK(operation_laws(join, x, y) == Failures{});
    CHECK(operation_laws(join, x, one) == Failures{});
    CHECK(operation_laws(with_itself, one, y) == Failures{});
}

TEST_CASE("joined samples stand behind each other", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4};
    const auto x = tape.input<shape<1>>(numbers.data(), 2, 2);
    const auto one = tape.input<shape<1>>(numbers.data(), 2);
    CHECK(join_samples(std::array{x, one}, 2).to_host() ==
          std::vector<double>{1, 2, 3, 4, 1, 2, 1, 2});
    CHECK_THROWS_AS(join_samples(std::array{x, one}, 3), ShapeError);
    const auto narrow = tape.input<shape<1>>(numbers.data(), 1);
    CHECK_THROWS_AS(join_samples(std::array{one, narrow}, 1), ShapeError);
}
