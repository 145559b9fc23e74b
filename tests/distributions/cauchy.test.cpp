// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the Cauchy distribution keeps all laws", "[distributions]") {
    CHECK(LocationScale<MeanFieldCauchy>);
    CHECK(distribution_laws(MeanFieldCauchy{}, MeanFieldCauchy{.mode = 0.3, .scale = 0.6}) ==
          Failures{});
    CHECK(density_laws(MeanFieldCauchy{}, UniformPrior{}) == Failures{});
}

TEST_CASE("the Cauchy distribution as a prior", "[distributions]") {
    CHECK(density_laws(MeanFieldNormal{}, MeanFieldCauchy{.mode = -0.2, .scale = 0.3}) ==
          Failures{});
    CHECK(sweep_laws(MeanFieldNormal{}, MeanFieldCauchy{.mode = -0.2, .scale = 0.3}) == Failures{});
}

TEST_CASE("the Cauchy distribution has no variance, so no closed form with a normal prior",
          "[distributions]") {
    CHECK_FALSE(has_closed_form_kl<MeanFieldCauchy, MeanFieldNormal>);
    CHECK(has_closed_form_kl<MeanFieldCauchy, UniformPrior>);
}

TEST_CASE("the density and options of the Cauchy distribution", "[distributions]") {
    using Number = math::Number<double>;
    // -log(pi 0.25 (1 + 2^2))
    CHECK(MeanFieldCauchy::log_prob(Number(0.7), Number(0.2), Number(0.25))[0] ==
          Approx(-1.36787343716361).epsilon(1e-13));
    MeanFieldCauchy prior{.mode = 0.5, .scale = 2};
    prior.rescale(0.25);
    CHECK(prior.mode == 0.125);
    CHECK(prior.scale == Approx(2 * 0.25001).epsilon(1e-15));
}
