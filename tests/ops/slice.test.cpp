// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/operation_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("parts of the last axis keep the laws", "[ops]") {
    const auto x = random_values<shape<3, 5>>(4, 2, Seed{1});
    CHECK(operation_laws([](auto a) { return slice_last<0, 2>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return slice_last<1, 3>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return slice_last<0, 5>(a); }, x) == Failures{});
    // Parts that overlap, in both orders of their gradients.
    CHECK(operation_laws([](auto a) { return slice_last<0, 3>(a) * slice_last<2, 3>(a); }, x) ==
          Failures{});
    CHECK(operation_laws([](auto a) { return slice_last<2, 3>(a) * slice_last<0, 3>(a); }, x) ==
          Failures{});
}

TEST_CASE("parts of the last axis have their numbers", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const auto x = tape.input<shape<3>>(numbers.data(), 2, 2);
    const auto y = slice_last<1, 2>(x);
    static_assert(std::is_same_v<decltype(y)::shape, shape<2>>);
    CHECK(y.samples() == 2);
    CHECK(y.batch() == 2);
    CHECK(y.to_host() == std::vector<double>{2, 3, 5, 6, 8, 9, 11, 12});
    CHECK(slice_last<0, 1>(tape.input<shape<2, 3>>(numbers.data(), 2)).to_host() ==
          std::vector<double>{1, 4, 7, 10});
}

TEST_CASE("parts of any axis keep the laws", "[ops]") {
    const auto x = random_values<shape<6, 5, 7>>(10, 12, Seed{1});  // large enough for threads
    CHECK(operation_laws([](auto a) { return slice<0, 1, 4>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return slice<1, 0, 2>(a); }, x) == Failures{});
    CHECK(operation_laws([](auto a) { return slice<-2, 2, 3>(a) * slice<1, 0, 3>(a); }, x) ==
          Failures{});
}

TEST_CASE("parts of any axis have their numbers", "[ops]") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const auto x = tape.input<shape<3, 2>>(numbers.data(), 2);
    const auto y = slice<0, 1, 2>(x);
    static_assert(std::is_same_v<decltype(y)::shape, shape<2, 2>>);
    CHECK(y.to_host() == std::vector<double>{3, 4, 5, 6, 9, 10, 11, 12});
    CHECK(slice<1, 1, 1>(x).to_host() == std::vector<double>{2, 4, 6, 8, 10, 12});
    CHECK(slice<-1, 1, 1>(x).to_host() == slice_last<1, 1>(x).to_host());
}
