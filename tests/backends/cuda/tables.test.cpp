// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Tables that travel as kernel arguments.
#include <blue/backends/cuda/tables.hpp>

#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

using namespace blue;
using namespace blue_test;

TEST_CASE("cuda tables: shorter and longer than the arguments of a kernel", "[cuda]") {
    constexpr Index most = cuda::PutEntries<double>::most;
    const std::vector<double> table = numbers<double>(3 * most);
    for (Index count : {Index{0}, Index{1}, most, most + 1, 3 * most}) {
        Tape<Emulated<double>> tape;
        const double* const copy = cuda::put_table(tape, table.data(), count);
        std::vector<double> host(static_cast<std::size_t>(count));
        Emulated<double>::memory::copy_to_host(host.data(), copy, count);
        CHECK(host == std::vector<double>(table.begin(), table.begin() + count));
    }
}
