// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/team.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace blue;

TEST_CASE("a team of one lane", "[distributions]") {
    const OneLane team;
    // Whole numbers: sums are exact.
    CHECK(team.sum(37, [](Index i) { return float(i); }) == 666);
    CHECK(team.sum(0, [](Index i) { return double(i); }) == 0);
    const auto totals = team.totals<2>(5, [](Index i, double* sums) {
        sums[0] += double(i);
        sums[1] += double(i * i);
    });
    CHECK(totals.of[0] == 10);
    CHECK(totals.of[1] == 30);
    std::vector<Index> order;
    team.each(2, 3, [&](Index i, Index j) { order.push_back(10 * i + j); });
    team.each(2, [&](Index i) { order.push_back(100 + i); });
    team.once([&] { order.push_back(-1); });
    CHECK(order == std::vector<Index>{0, 1, 2, 10, 11, 12, 100, 101, -1});
    std::vector<double> rows{100, 200}, columns{0, 0, 1000};
    team.add_up(
        2, 3, [](Index i, Index j) { return double(10 * i + j); }, rows.data(), columns.data());
    CHECK(rows == std::vector<double>{103, 233});
    CHECK(columns == std::vector<double>{10, 12, 1014});
}
