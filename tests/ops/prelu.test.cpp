// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const auto sloped = [](auto x, auto slope) { return prelu(x, slope); };

}  // namespace

TEST_CASE("prelu keeps the laws", "[ops]") {
    // No number lies within four steps of the differences (2^-10) of the kink.
    const auto x = random_values<shape<3, 5>>(2, 4, Seed{1});
    for (double number : x.numbers) REQUIRE(std::abs(number) > 0.004);
    CHECK(operation_laws(sloped, x, random_values<shape<3>>(2, 1, Seed{2})) == Failures{});
    CHECK(operation_laws(sloped, x, random_values<shape<3>>(1, 1, Seed{3})) == Failures{});
    CHECK(operation_laws(sloped, x, random_values<shape<1>>(1, 1, Seed{4})) == Failures{});
    CHECK(operation_laws(sloped, x, random_values<scalar_shape>(2, 1, Seed{5})) == Failures{});
}

TEST_CASE("prelu of many numbers keeps the laws on several threads", "[ops]") {
    const OperationLawOptions few{.gradient = {.most_elements = 3}};
    CHECK(operation_laws(sloped, few, random_values<shape<30, 40>>(2, 20, Seed{6}),
                         random_values<shape<30>>(2, 1, Seed{7})) == Failures{});
}

TEST_CASE("each channel has its slope", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, -2, -3, 4, -5, 0}, slopes{0.5, 2};
    const auto x = tape.leaf<shape<2, 3>>(numbers.data(), 1);
    const auto slope = tape.leaf<shape<2>>(slopes.data(), 1);
    const auto y = prelu(x, slope);
    CHECK(y.to_host() == std::vector<double>{1, -1, -1.5, 4, -10, 0});
    tape.backward(sum(y));
    CHECK(tape.gradient_of(x.node) == std::vector<double>{1, 0.5, 0.5, 1, 2, 2});
    CHECK(tape.gradient_of(slope.node) == std::vector<double>{-5, -5});
}
