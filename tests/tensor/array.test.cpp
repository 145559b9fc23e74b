// SPDX-License-Identifier: BSD-3-Clause
#include <blue/tensor/array.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using blue::Array, blue::Index;

TEST_CASE("an array knows its shape and rows") {
    Array<int> a({2, 3}, {1, 2, 3, 4, 5, 6});
    CHECK(a.shape() == std::vector<Index>{2, 3});
    CHECK(a.rank() == 2);
    CHECK(a.size() == 6);
    CHECK(a.rows() == 2);
    CHECK(a.row_size() == 3);
    CHECK(a.row(1)[2] == 6);
    CHECK(a[3] == 4);
    a.reshape({3, 2});
    CHECK(a.row(2)[0] == 5);
    CHECK(Array<float>({4}).size() == 4);
    CHECK(Array<float>({4})[3] == 0.0f);
    CHECK(Array<float>().empty());
    CHECK(Array<float>().rows() == 0);
    CHECK(Array<float>().row_size() == 0);
    CHECK(blue::to_string(a.shape()) == "(3, 2)");
}

TEST_CASE("shapes that do not fit are errors with both sides") {
    CHECK_THROWS_WITH(Array<int>({2, 2}, {1, 2, 3}),
                      "Array: shape (2, 2) has 4 elements, but 3 were given");
    CHECK_THROWS_WITH(Array<int>({2, -1}), "Array: extents must not be negative, got (2, -1)");
    Array<int> a({2, 3});
    CHECK_THROWS_AS(a.reshape({4, 2}), blue::ShapeError);
    CHECK_THROWS_WITH(a.reshape({4, 2}), "Array: cannot reshape (2, 3) to (4, 2)");
    CHECK(a.shape() == std::vector<Index>{2, 3});
}

TEST_CASE("the first number that is not finite") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto first = [](std::vector<double> numbers) {
        const auto count = static_cast<Index>(numbers.size());
        return blue::detail::first_not_finite(Array<double>({count}, std::move(numbers)));
    };
    CHECK(first({}) == -1);
    CHECK(first({0, -std::numeric_limits<double>::max()}) == -1);
    CHECK(first({0, -infinity, infinity}) == 1);
    CHECK(first({0, 1, std::nan("")}) == 2);
    CHECK(blue::detail::first_not_finite(Array<float>({2}, {1, HUGE_VALF})) == 1);
    CHECK(blue::detail::first_not_finite(Array<int>({1}, {-5})) == -1);
}
