// SPDX-License-Identifier: BSD-3-Clause

#include <blue/random/permutation.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <vector>

using blue::Index;
using blue::random::below;
using blue::random::Key;
using blue::random::permutation;

TEST_CASE("whole numbers below n are uniform") {
    // The largest n rejects a third of the words. Chi square with 11 degrees of freedom exceeds 42
    // by chance once in 6e4, for each of the two n and for a fixed key.
    for (const std::uint32_t n : {12u, 3221225472u}) {
        std::vector<int> count(12);
        const int draws = 120000;
        for (int i = 0; i < draws; ++i) {
            const std::uint32_t x = below(Key{7}, i, n);
            REQUIRE(x < n);
            ++count[x / (n / 12)];
        }
        double chi_square = 0;
        for (int c : count) chi_square += (c - draws / 12.) * (c - draws / 12.) / (draws / 12.);
        CHECK(chi_square < 42);
    }
    CHECK(below(Key{7}, 3, 1) == 0);
    STATIC_REQUIRE(below(Key{7}, 3, 1000) == below(Key{7}, 3, 1000));
}

TEST_CASE("a permutation has every index once") {
    for (const Index n : {0, 1, 2, 10, 1000}) {
        std::vector<Index> order = permutation(Key{1}, n);
        std::sort(order.begin(), order.end());
        REQUIRE(Index(order.size()) == n);
        for (Index i = 0; i < n; ++i) REQUIRE(order[std::size_t(i)] == i);
    }
    CHECK(permutation(Key{1}, 100) == permutation(Key{1}, 100));
    CHECK(permutation(Key{1}, 100) != permutation(Key{2}, 100));
    CHECK(permutation(Key{1, 0}, 100) != permutation(Key{1, 1}, 100));
}

TEST_CASE("all orders are equally likely") {
    std::map<std::vector<Index>, int> count;
    const int draws = 48000;
    for (int pass = 0; pass < draws; ++pass) ++count[permutation(Key{3, std::uint64_t(pass)}, 4)];
    REQUIRE(count.size() == 24);
    // 23 degrees of freedom: above 62 by chance once in 5e4.
    double chi_square = 0;
    for (const auto& [order, c] : count) chi_square += (c - 2000.) * (c - 2000.) / 2000;
    CHECK(chi_square < 62);
}
