// SPDX-License-Identifier: BSD-3-Clause
// A prior that reads a parameter of the variational distribution.
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a prior that asks for a parameter keeps all laws", "[distributions]") {
    const BasicQuietPrior quiet{.std_ratio = 0.8, .mean_mean = 0.1, .mean_std = 0.9, .eps = 1e-3};
    CHECK(distribution_laws(MeanFieldNormal{}, quiet) == Failures{});
    CHECK(sweep_laws(MeanFieldStudentT{}, quiet) == Failures{});
}
