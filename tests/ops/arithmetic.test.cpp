// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

const auto x = random_values<shape<7>>(3, 4, Seed{1});
const auto y = random_values<shape<7>>(1, 4, Seed{2}, 0.5, 2);

template <class F>
double at(F f, double a, double b) {
    Tape<Cpu<double>> tape;
    return f(tape.input<scalar_shape>(&a, 1), tape.input<scalar_shape>(&b, 1)).value();
}

}  // namespace

TEST_CASE("operators on values keep the laws", "[ops]") {
    CHECK(operation_laws([](auto a, auto b) { return a + b; }, x, y) == Failures{});
    CHECK(operation_laws([](auto a, auto b) { return a - b; }, x, y) == Failures{});
    CHECK(operation_laws([](auto a, auto b) { return a * b; }, x, y) == Failures{});
    CHECK(operation_laws([](auto a, auto b) { return a / b; }, x, y) == Failures{});
    CHECK(operation_laws([](auto a) { return a * a; }, x) == Failures{});
}

TEST_CASE("operators with numbers keep the laws", "[ops]") {
    CHECK(operation_laws([](auto a) { return 2.5 - (-a + 1.5) / 4 * 0.3; }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return 1 + 3 * (a - 0.25); }, x) == Failures{});
}

TEST_CASE("operators compute what they say", "[ops]") {
    CHECK(at([](auto a, auto b) { return a + b; }, 3, 8) == 11);
    CHECK(at([](auto a, auto b) { return a - b; }, 3, 8) == -5);
    CHECK(at([](auto a, auto b) { return a * b; }, 3, 8) == 24);
    CHECK(at([](auto a, auto b) { return a / b; }, 3, 8) == 0.375);
    CHECK(at([](auto a, auto) { return -a; }, 3, 8) == -3);
    CHECK(at([](auto a, auto) { return a + 2; }, 3, 8) == 5);
    CHECK(at([](auto a, auto) { return 2 + a; }, 3, 8) == 5);
    CHECK(at([](auto a, auto) { return a - 2; }, 3, 8) == 1);
    CHECK(at([](auto a, auto) { return 2 - a; }, 3, 8) == -1);
    CHECK(at([](auto a, auto) { return a * 2; }, 3, 8) == 6);
    CHECK(at([](auto a, auto) { return 2 * a; }, 3, 8) == 6);
    CHECK(at([](auto a, auto) { return a / 2; }, 3, 8) == 1.5);
}
