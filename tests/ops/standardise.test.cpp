// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("standardised numbers keep the laws", "[ops]") {
    const auto f = [](auto x) { return standardise(x); };
    CHECK(operation_laws(f, random_values<shape<2, 5>>(3, 4, Seed{1})) == Failures{});
    // More than a pack, and enough for several units.
    CHECK(operation_laws(f, random_values<shape<37>>(1, 9, Seed{2})) == Failures{});
    OperationLawOptions some;
    some.gradient.most_elements = 20;
    CHECK(operation_laws(f, some, random_values<shape<40>>(5, 100, Seed{3})) == Failures{});
}

TEST_CASE("standardised numbers have mean 0 and variance 1", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 7, 7, 7, 7};
    const auto y = standardise(tape.input<shape<4>>(numbers.data(), 2), 0).to_host();
    // Mean 2.5 and variance 5 / 4: exact up to the rounding of one square root.
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(y[i] == Approx((numbers[i] - 2.5) / std::sqrt(1.25)).epsilon(1e-15));
    CHECK(standardise(tape.input<shape<4>>(numbers.data() + 4, 1)).to_host() ==
          std::vector<double>(4, 0.0));
}

TEST_CASE("eps of a normalisation that makes no sense", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2};
    const auto x = tape.input<shape<2>>(numbers.data(), 1);
    CHECK(message_of<ValueError>([&] { standardise(x, -1e-5); }) ==
          "normalisation: expected a finite eps of at least 0, got -1e-05");
    CHECK(message_of<ValueError>([&] { standardise_groups<2>(x, std::nan("")); }) ==
          "normalisation: expected a finite eps of at least 0, got nan");
}
