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

TEST_CASE("concatenated values keep the laws", "[ops]") {
    const auto first = [](auto x, auto y) { return concatenate<0>(x, y); };
    const auto both = [](auto x, auto y) { return concatenate<0>(x, y, x * x); };
    const auto a = random_values<shape<2, 31>>(4, 50, Seed{1});  // large enough for threads
    const auto b = random_values<shape<3, 31>>(4, 50, Seed{2});
    const auto shared_samples = random_values<shape<3, 31>>(1, 50, Seed{3});
    const auto shared_rows = random_values<shape<3, 31>>(4, 1, Seed{4});
    const auto shared = random_values<shape<3, 31>>(1, 1, Seed{5});
    CHECK(operation_laws(first, a, b) == Failures{});
    CHECK(operation_laws(both, a, shared_samples) == Failures{});
    CHECK(operation_laws(both, shared_rows, a) == Failures{});
    CHECK(operation_laws(first, shared, shared_samples) == Failures{});
    CHECK(operation_laws([](auto x, auto y) { return concatenate<-1>(y, x); },
                         random_values<shape<2, 3>>(1, 5, Seed{6}),
                         random_values<shape<2, 4>>(3, 1, Seed{7})) == Failures{});
}

TEST_CASE("values are concatenated along the axis that is named", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4}, others{10, 20, 30, 40, 50, 60, 70, 80};
    const auto x = tape.input<shape<2, 1>>(numbers.data(), 2);
    const auto y = tape.input<shape<2, 2>>(others.data(), 2);
    const auto z = concatenate<1>(x, y);
    static_assert(std::is_same_v<decltype(z)::shape, shape<2, 3>>);
    CHECK(z.to_host() == std::vector<double>{1, 10, 20, 2, 30, 40, 3, 50, 60, 4, 70, 80});
    const auto rows = concatenate<0>(x, x);
    static_assert(std::is_same_v<decltype(rows)::shape, shape<4, 1>>);
    CHECK(rows.to_host() == std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4});
    CHECK(concatenate<0>(x).to_host() == numbers);
    CHECK_THROWS_AS(concatenate<0>(x, tape.input<shape<2, 1>>(others.data(), 3)), ShapeError);
    CHECK_THROWS_AS(concatenate<0>(tape.input<shape<2, 1>>(others.data(), 1, 2),
                                   tape.input<shape<2, 1>>(others.data(), 1, 3)),
                    ShapeError);
}

TEST_CASE("dynamic extents are moved with the others", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
    using Series = shape<dynamic, 2>;
    const auto x = tape.input<Series>(numbers.data(), 1, Extents{3});
    const auto shorter = tape.input<Series>(numbers.data(), 1, Extents{2});
    const auto wide = concatenate<-1>(x, x);
    static_assert(std::is_same_v<decltype(wide)::shape, shape<dynamic, 4>>);
    CHECK(wide.to_host() == std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6});
    const auto behind = concatenate<0>(shorter, x);
    static_assert(std::is_same_v<decltype(behind)::shape, Series>);
    CHECK(behind.to_host() == std::vector<double>{1, 2, 3, 4, 1, 2, 3, 4, 5, 6});
    CHECK_THROWS_AS(concatenate<-1>(x, shorter), ShapeError);
    const auto turned = transpose<0, 1>(x);
    static_assert(std::is_same_v<decltype(turned)::shape, shape<2, dynamic>>);
    CHECK(turned.to_host() == std::vector<double>{1, 3, 5, 2, 4, 6});
    CHECK(slice_last<1, 1>(x).to_host() == std::vector<double>{2, 4, 6});
    CHECK(slice<0, 1, 2>(x).to_host() == std::vector<double>{3, 4, 5, 6});
    CHECK_THROWS_AS((slice<0, 2, 2>(x)), ShapeError);
}
