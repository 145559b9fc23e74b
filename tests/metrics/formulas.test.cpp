// SPDX-License-Identifier: BSD-3-Clause
#include <blue/metrics/formulas.hpp>

#include "support/catch.hpp"

#include <cmath>

namespace formulas = blue::metrics::detail;

TEST_CASE("the largest of some numbers is the first of equal ones") {
    const double row[] = {0.1, 0.4, 0.1, 0.4};
    CHECK(formulas::largest_of(row, 4) == 1);
    CHECK(formulas::largest_of(row, 1) == 0);
    CHECK(formulas::largest_of(row + 2, 2) == 1);
}
