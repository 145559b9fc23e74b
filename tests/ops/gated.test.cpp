// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("gated halves keep the laws", "[ops]") {
    const auto x = random_values<shape<3, 8>>(2, 5, Seed{1});
    CHECK(operation_laws([](auto a) { return glu(a); }, x) == Failures{});
}

TEST_CASE("the second half opens the first", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 0, 100};
    const auto y = glu(tape.input<shape<4>>(numbers.data(), 1));
    static_assert(std::is_same_v<decltype(y)::shape, shape<2>>);
    CHECK(std::abs(y.to_host()[0] - 0.5) < 1e-15);  // an ulp of the sigmoid
    CHECK(std::abs(y.to_host()[1] - 2) < 1e-15);
}
