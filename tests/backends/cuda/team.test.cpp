// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cuda/team.hpp>

#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

using namespace blue;
using namespace blue_test;

namespace {

/// All that a team does, into an array; each group has its own part of it.
struct Everything {
    Index rows, columns, numbers;
    const double* x;
    double* to;

    BLUE_HOST_DEVICE void operator()(Index group, const auto& team) const {
        double* const all = to + group * numbers;
        const Index size = rows * columns;
        team.each(numbers, [&](Index i) { all[i] = 0; });
        const double sum = team.sum(size, [&](Index i) { return x[i]; });
        const auto totals = team.template totals<3>(size, [&](Index i, double* sums) {
            sums[0] += 1;
            sums[1] += x[i] * x[i];
            sums[2] -= x[i];
        });
        team.once([&] {
            all[0] += sum;
            for (int k = 0; k < 3; ++k) all[1 + k] += totals.of[k];
        });
        // All lanes have the sums, and see what others wrote.
        team.each(rows, columns, [&](Index i, Index j) {
            all[4 + i * columns + j] += x[i * columns + j] + sum + all[2];
        });
        const auto scaled = [&](Index i, Index j) { return all[4 + i * columns + j] * 0.5; };
        team.add_up(rows, columns, scaled, all + 4 + size, all + 4 + size + rows);
    }
};

template <class B, class Run>
std::vector<double> run(Index rows, Index columns, Run run) {
    const Index groups = 2, numbers = 4 + rows * columns + rows + columns;
    const std::vector<double> x = blue_test::numbers<double>(rows * columns);
    Tape<B> tape;
    double* const to = tape.template device_memory<double>(groups * numbers);
    const double* const copy = B::to_device(tape, x.data(), rows * columns);
    run(groups, Everything{rows, columns, numbers, copy, to});
    std::vector<double> result(static_cast<std::size_t>(groups * numbers));
    B::memory::copy_to_host(result.data(), to, groups * numbers);
    return result;
}

}  // namespace

TEST_CASE("teams of many lanes do what one lane does", "[cuda]") {
    const auto one_lane = [](Index groups, const auto& body) {
        for (Index group = 0; group < groups; ++group) body(group, OneLane{});
    };
    const auto teams = [](Index groups, const auto& body) { HostExecutor::teams(groups, body); };
    // A single number, fewer columns than a warp has lanes, fewer rows than warps, and more of
    // both.
    for (auto [rows, columns] : {std::array<Index, 2>{1, 1}, {20, 3}, {3, 70}, {41, 300}}) {
        const auto expected = run<Cpu<double>>(rows, columns, one_lane);
        const auto given = run<Emulated<double>>(rows, columns, teams);
        CHECK(difference(given, expected) < rounding<double>);
        HostExecutor::reverse = true;
        CHECK(run<Emulated<double>>(rows, columns, teams) == given);
        HostExecutor::reverse = false;
    }
}
