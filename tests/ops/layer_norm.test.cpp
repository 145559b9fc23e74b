// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a layer norm keeps the laws", "[ops]") {
    const auto plain = [](auto x) { return layer_norm(x); };
    const auto scaled = [](auto x, auto weight) { return layer_norm(x, weight); };
    const auto whole = [](auto x, auto weight, auto bias) { return layer_norm(x, weight, bias); };
    const auto x = random_values<shape<2, 5>>(3, 4, Seed{1});
    const auto one = random_values<shape<2, 5>>(1, 4, Seed{2});
    const auto weights = random_values<shape<5>>(3, 1, Seed{3});
    const auto shared = random_values<shape<5>>(1, 1, Seed{4});
    CHECK(operation_laws(plain, x) == Failures{});
    CHECK(operation_laws(scaled, x, shared) == Failures{});
    CHECK(operation_laws(whole, x, shared, weights) == Failures{});
    CHECK(operation_laws(whole, one, weights, shared) == Failures{});
    // More than a pack, and enough for several units of work, whose sums are added up.
    OperationLawOptions some;
    some.gradient.most_elements = 20;
    CHECK(operation_laws(whole, some, random_values<shape<5, 40>>(2, 60, Seed{5}),
                         random_values<shape<40>>(1, 1, Seed{6}),
                         random_values<shape<40>>(2, 1, Seed{7})) == Failures{});
}

TEST_CASE("a layer norm of a sum keeps the laws", "[ops]") {
    const auto f = [](auto x, auto y, auto weight, auto bias) {
        return add_layer_norm(x, y, weight, bias);
    };
    const auto samples = random_values<shape<2, 5>>(3, 4, Seed{1});
    const auto others = random_values<shape<2, 5>>(3, 4, Seed{2});
    const auto one = random_values<shape<2, 5>>(1, 4, Seed{3});
    const auto weights = random_values<shape<5>>(3, 1, Seed{4});
    const auto shared = random_values<shape<5>>(1, 1, Seed{5});
    CHECK(operation_laws(f, samples, others, shared, weights) == Failures{});
    // A term that samples share, and both.
    CHECK(operation_laws(f, samples, one, shared, shared) == Failures{});
    CHECK(operation_laws(f, one, samples, weights, shared) == Failures{});
    CHECK(operation_laws(f, one, one, weights, shared) == Failures{});
    // The terms are used elsewhere too, before and after; one is both terms.
    const auto twice = [](auto x, auto y) {
        return add_layer_norm(x * y, y) + add_layer_norm(x, x) * x;
    };
    CHECK(operation_laws(twice, samples, others) == Failures{});
    OperationLawOptions some;
    some.gradient.most_elements = 20;
    CHECK(operation_laws(f, some, random_values<shape<5, 40>>(2, 60, Seed{6}),
                         random_values<shape<5, 40>>(1, 60, Seed{7}),
                         random_values<shape<40>>(1, 1, Seed{8}),
                         random_values<shape<40>>(2, 1, Seed{9})) == Failures{});
}

TEST_CASE("a layer norm is the affine function of standardised numbers", "[ops]") {
    Tape<Cpu<double>> tape;
    const auto numbers = random_values<shape<3, 37>>(2, 4, Seed{1}).numbers;
    const auto more = random_values<shape<3, 37>>(2, 4, Seed{2}).numbers;
    const auto x = tape.input<shape<3, 37>>(numbers.data(), 4, 2);
    const auto y = tape.input<shape<3, 37>>(more.data(), 4, 2);
    const auto weight = tape.input<shape<37>>(more.data(), 1);
    const auto bias = tape.input<shape<37>>(numbers.data(), 1);
    const auto expected = affine(standardise(x + y, 1e-3), weight, bias).to_host();
    const auto got = add_layer_norm(x, y, weight, bias, 1e-3).to_host();
    // A few roundings of numbers of order 1 to 10, in another order.
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(expected[i]).margin(1e-13));
}

TEST_CASE("what does not go into a layer norm", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers(24, 1.0);
    const auto x = tape.input<shape<2, 3>>(numbers.data(), 2, 2);
    CHECK(message_of<ValueError>([&] { layer_norm(x, absent{}, absent{}, -1e-5); }) ==
          "normalisation: expected a finite eps of at least 0, got -1e-05");
    CHECK(message_of<ShapeError>([&] {
              add_layer_norm(x, tape.input<shape<2, 3>>(numbers.data(), 1));
          }) == "layer_norm: expected 2 or 1 samples x 2 x 6, got 1 x 1 x 6");
    CHECK(message_of<ShapeError>([&] {
              layer_norm(x, tape.input<shape<3>>(numbers.data(), 1, 3));
          }) == "layer_norm: expected 3 or 1 samples x 2 x 6, got 2 x 2 x 6");
    Tape<Cpu<double>> other;
    CHECK_THROWS_AS(add_layer_norm(x, other.input<shape<2, 3>>(numbers.data(), 2)), Error);
}
