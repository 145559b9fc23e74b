// SPDX-License-Identifier: BSD-3-Clause
// Positive parameters through softplus: once a location-scale family, once formulas only.
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a family with a kink and softplus keeps all laws", "[distributions]") {
    CHECK(LocationScale<SoftplusLaplace>);
    CHECK(distribution_laws(SoftplusLaplace{}, MeanFieldNormal{}) == Failures{});
}

TEST_CASE("the example of the documentation keeps all laws", "[distributions]") {
    CHECK_FALSE(LocationScale<SoftplusLogistic>);
    CHECK(distribution_laws(SoftplusLogistic{}, SoftplusLogistic{}) == Failures{});
}
