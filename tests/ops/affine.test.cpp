// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("factors and offsets per channel keep the laws", "[ops]") {
    const auto last = [](auto x, auto weight, auto bias) { return affine(x, weight, bias); };
    const auto first = [](auto x, auto weight, auto bias) {
        return affine<channel_axis::first>(x, weight, bias);
    };
    const auto without_offset = [](auto x, auto weight) { return affine(x, weight); };
    const auto x = random_values<shape<3, 5>>(4, 2, Seed{1});
    const auto one = random_values<shape<3, 5>>(1, 2, Seed{2});
    const auto weight5 = random_values<shape<5>>(4, 1, Seed{3});
    const auto shared5 = random_values<shape<5>>(1, 1, Seed{4});
    const auto weight3 = random_values<shape<3>>(4, 1, Seed{5});
    const auto shared3 = random_values<shape<3>>(1, 1, Seed{6});
    CHECK(operation_laws(last, x, weight5, shared5) == Failures{});
    CHECK(operation_laws(last, one, shared5, weight5) == Failures{});
    CHECK(operation_laws(first, x, shared3, weight3) == Failures{});
    CHECK(operation_laws(first, one, weight3, shared3) == Failures{});
    CHECK(operation_laws(without_offset, one, weight5) == Failures{});
    // Enough for several units of work, whose sums are added up.
    OperationLawOptions some;
    some.gradient.most_elements = 20;
    CHECK(operation_laws(last, some, random_values<shape<5, 40>>(2, 60, Seed{7}),
                         random_values<shape<40>>(1, 1, Seed{8}),
                         random_values<shape<40>>(2, 1, Seed{9})) == Failures{});
}

TEST_CASE("channels are counted along the last axis or the first", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6}, factors{10, 100, 1000};
    const auto x = tape.input<shape<2, 3>>(numbers.data(), 1);
    CHECK(affine(x, tape.input<shape<3>>(factors.data(), 1)).to_host() ==
          std::vector<double>{10, 200, 3000, 40, 500, 6000});
    const auto two = tape.input<shape<2>>(factors.data(), 1);
    CHECK(affine<channel_axis::first>(x, two, two).to_host() ==
          std::vector<double>{20, 30, 40, 500, 600, 700});
    CHECK_THROWS_AS(affine(x, tape.input<shape<3>>(numbers.data(), 2)), ShapeError);
    const auto samples = tape.input<shape<3>>(numbers.data(), 1, 2);
    CHECK_THROWS_AS(affine(affine(x, samples), tape.input<shape<3>>(factors.data(), 1, 3)),
                    ShapeError);
}
