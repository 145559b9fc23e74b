// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <numeric>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("another order of axes keeps the laws", "[ops]") {
    const auto x = random_values<shape<2, 3, 4>>(3, 2, Seed{1});
    const auto one = random_values<shape<30, 41>>(4, 5, Seed{2});  // large enough for threads
    CHECK(operation_laws([](auto a) { return permute<1, 2, 0>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return permute<2, 1, 0>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return permute<0, 1, 2>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return transpose<0, 1>(a); }, one) == Failures{});
    CHECK(operation_laws([](auto a) { return transpose<0, 1>(transpose<0, -1>(a)) * a; }, one) ==
          Failures{});
}

TEST_CASE("axes have the order that is named", "[ops]") {
    Tape<Cpu<double>> tape;
    std::vector<double> numbers(48);
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto x = tape.input<shape<2, 3, 4>>(numbers.data(), 2);
    const auto y = permute<2, 0, 1>(x);
    static_assert(std::is_same_v<decltype(y)::shape, shape<4, 2, 3>>);
    const auto values = y.to_host();
    for (std::size_t b = 0; b < 2; ++b)
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 2; ++j)
                for (std::size_t k = 0; k < 3; ++k)
                    CHECK(values[((b * 4 + i) * 2 + j) * 3 + k] ==
                          numbers[((b * 2 + j) * 3 + k) * 4 + i]);
    const auto z = transpose<0, -1>(x);
    static_assert(std::is_same_v<decltype(z)::shape, shape<4, 3, 2>>);
    CHECK(z.to_host() == permute<2, 1, 0>(x).to_host());
}

TEST_CASE("another shape moves no number", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
    const auto x = tape.input<shape<2, 3>>(numbers.data(), 1);
    const auto y = reshape<3, 2>(x);
    static_assert(std::is_same_v<decltype(y)::shape, shape<3, 2>>);
    CHECK(y.node == x.node);
}
