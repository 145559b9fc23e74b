// SPDX-License-Identifier: BSD-3-Clause
// Student's t, with an option that is a number, as a user would write it.
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a custom Student's t keeps all laws", "[distributions]") {
    CHECK_FALSE(LocationScale<FormulaStudentT>);
    CHECK(distribution_laws(FormulaStudentT{.df = 2.5}, MeanFieldNormal{.std = 0.7}) == Failures{});
    CHECK(density_laws(FormulaStudentT{.df = 30}, UniformPrior{}) == Failures{});
}

TEST_CASE("a distribution with parameters can be a prior", "[distributions]") {
    CHECK(density_laws(MeanFieldNormal{}, FormulaStudentT{3, 0.4, 0.6}) == Failures{});
    CHECK(sweep_laws(MeanFieldNormal{}, FormulaStudentT{3, 0.4, 0.6}) == Failures{});
}
