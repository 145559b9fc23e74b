// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the logistic distribution keeps all laws", "[distributions]") {
    CHECK(LocationScale<MeanFieldLogistic>);
    CHECK(distribution_laws(MeanFieldLogistic{}, MeanFieldNormal{.mean = 0.1, .std = 0.7}) ==
          Failures{});
    CHECK(density_laws(MeanFieldLogistic{}, UniformPrior{}) == Failures{});
}

TEST_CASE("the logistic distribution as a prior", "[distributions]") {
    CHECK_FALSE(has_closed_form_kl<MeanFieldNormal, MeanFieldLogistic>);
    CHECK(density_laws(MeanFieldNormal{}, MeanFieldLogistic{.mean = 0.3, .scale = 0.4}) ==
          Failures{});
    CHECK(sweep_laws(MeanFieldNormal{}, MeanFieldLogistic{.mean = 0.3, .scale = 0.4}) ==
          Failures{});
}

TEST_CASE("the density of the logistic distribution, also far out", "[distributions]") {
    using Number = math::Number<double>;
    // -2 - 2 log(1 + exp(-2)) - log(0.25)
    CHECK(MeanFieldLogistic::log_prob(Number(0.7), Number(0.2), Number(0.25))[0] ==
          Approx(-0.8675616609660544).epsilon(1e-13));
    // Neither tail overflows.
    CHECK(MeanFieldLogistic::standard_log_prob(Number(1000))[0] == -1000);
    CHECK(MeanFieldLogistic::standard_log_prob(Number(-1000))[0] == -1000);
}

TEST_CASE("options of the logistic distribution", "[distributions]") {
    MeanFieldLogistic prior{.mean = 0.5, .scale = 2};
    prior.rescale(0.25);
    CHECK(prior.mean == 0.125);
    CHECK(prior.scale == Approx(2 * 0.25001).epsilon(1e-15));
    CHECK(norm_constant(prior) == 0);
}
