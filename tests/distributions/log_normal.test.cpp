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

TEST_CASE("the log-normal distribution keeps all laws", "[distributions]") {
    CHECK(distribution_laws(MeanFieldLogNormal{}, MeanFieldLogNormal{.loc = 0.3, .scale = 0.6},
                            log_normal) == Failures{});
}

TEST_CASE("closed-form divergences of the log-normal distribution", "[distributions]") {
    CHECK(density_laws(MeanFieldLogNormal{}, MeanFieldNormal{.mean = 1, .std = 0.7}, log_normal) ==
          Failures{});
    CHECK(density_laws(MeanFieldLogNormal{}, UniformPrior{}, log_normal) == Failures{});
}

TEST_CASE("the log-normal density is zero for numbers that are not positive", "[distributions]") {
    using Number = math::Number<double>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double w : {0.0, -0.5})
        CHECK(MeanFieldLogNormal::log_prob(Number(w), Number(0), Number(1))[0] == -infinity);
    // The density of 1 is that of a normal at 0.
    CHECK(MeanFieldLogNormal::log_prob(Number(1), Number(0.5), Number(0.25))[0] ==
          Approx(-2 - std::log(0.25) + MeanFieldLogNormal::constant).epsilon(1e-14));
}
