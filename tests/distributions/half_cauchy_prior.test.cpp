// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/log_normal.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>
#include <limits>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;
using Number = math::Number<double>;

TEST_CASE("the half-Cauchy prior keeps all laws", "[distributions]") {
    CHECK(distribution_laws(MeanFieldLogNormal{}, HalfCauchyPrior{.scale = 0.7}, log_normal) ==
          Failures{});
}

TEST_CASE("the density of the half-Cauchy prior", "[distributions]") {
    const HalfCauchyPrior p{.scale = 0.7};
    for (double w : {1e-6, 0.3, 0.7, 50.0})
        CHECK(
            p.log_prob(Number(w))[0] ==
            Approx(MeanFieldCauchy{}.log_prob(Number(w), Number(0), Number(0.7))[0] + std::log(2.0))
                .epsilon(1e-14));
    CHECK(p.log_prob(Number(-0.1))[0] == -std::numeric_limits<double>::infinity());
    // Twice half of it is below the median.
    double below = 0;
    const int n = 100000;
    for (int i = 0; i < n; ++i) below += std::exp(p.log_prob(Number(0.7 * (i + 0.5) / n))[0]);
    CHECK(below * 0.7 / n == Approx(0.5).margin(1e-9));  // the midpoint rule is of second order
}

TEST_CASE("the half-Cauchy prior is one of positive numbers", "[distributions]") {
    STATIC_REQUIRE(PriorFor<HalfCauchyPrior, MeanFieldLogNormal>);
    STATIC_REQUIRE(!PriorFor<HalfCauchyPrior, MeanFieldNormal>);
    for (double w : {1e-30, 1e30}) CHECK(std::isfinite(HalfCauchyPrior{}.log_prob(Number(w))[0]));
}
