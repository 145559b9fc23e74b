// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the Laplace distribution keeps all laws", "[distributions]") {
    CHECK(LocationScale<MeanFieldLaplace>);
    CHECK(distribution_laws(MeanFieldLaplace{}, MeanFieldLaplace{.mean = 0.3, .scale = 0.6}) ==
          Failures{});
}

TEST_CASE("closed-form divergences with the Laplace distribution", "[distributions]") {
    CHECK(has_closed_form_kl<MeanFieldLaplace, MeanFieldNormal>);
    CHECK(has_closed_form_kl<MeanFieldNormal, MeanFieldLaplace>);
    CHECK(density_laws(MeanFieldLaplace{}, MeanFieldNormal{.mean = 0.2, .std = 0.7}) == Failures{});
    CHECK(density_laws(MeanFieldLaplace{}, UniformPrior{}) == Failures{});
    CHECK(density_laws(MeanFieldNormal{}, MeanFieldLaplace{.mean = -0.4, .scale = 0.5}) ==
          Failures{});
    CHECK(sweep_laws(MeanFieldNormal{}, MeanFieldLaplace{.mean = -0.4, .scale = 0.5}) ==
          Failures{});
}

TEST_CASE("the density of the Laplace distribution", "[distributions]") {
    using Number = math::Number<double>;
    // -|0.7 - 0.2| / 0.25 - log(0.5)
    CHECK(MeanFieldLaplace::log_prob(Number(0.7), Number(0.2), Number(0.25))[0] ==
          Approx(-1.30685281944005469).epsilon(1e-14));
    // Equal distributions have no divergence.
    const MeanFieldLaplace p{.mean = 0.5, .scale = 0.125};
    CHECK(kl(p, p, Number(0.5), Number(0.125))[0] == 0);
}

TEST_CASE("options of the Laplace distribution", "[distributions]") {
    MeanFieldLaplace prior{.mean = 0.5, .scale = 2};
    prior.rescale(0.25);
    CHECK(prior.mean == 0.125);
    CHECK(prior.scale == Approx(2 * 0.25001).epsilon(1e-15));
    CHECK(norm_constant(prior) == Approx(-std::log(2.0)).epsilon(1e-15));
}
