// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the normal distribution keeps all laws", "[distributions]") {
    CHECK(distribution_laws(MeanFieldNormal{}, MeanFieldNormal{.mean = 0.3, .std = 0.6}) ==
          Failures{});
}

TEST_CASE("a large variance floor keeps the laws of densities and sweeps", "[distributions]") {
    // The fast sweep treats a visible floor apart; the general one knows nothing of it.
    const MeanFieldNormal q{.eps = 0.01}, p{.mean = 0.1, .std = 0.3, .eps = 0.04};
    CHECK(density_laws(q, p) == Failures{});
    CHECK(sweep_laws(q, p) == Failures{});
    CHECK(thread_laws(q, p) == Failures{});
}

TEST_CASE("a floor that is visible in some elements only", "[distributions]") {
    // 1e-8 adds 1 % to the variance at 1e-3, and is lost in rounding at 1, in float.
    const DistributionLawOptions<MeanFieldNormal> options{.points = {{0.0, 1e-3}, {0.0, 1.0}}};
    CHECK(sweep_laws(MeanFieldNormal{.eps = 1e-8}, MeanFieldNormal{}, options) == Failures{});
}

TEST_CASE("a small floor, which the sweep takes into account by series", "[distributions]") {
    // Up to 2^-8 of the variance in float and 2^-18 in double: here just below.
    for (const double std : {1.61e-3, 0.0515}) {
        const DistributionLawOptions<MeanFieldNormal> options{.points = {{0.0, std}}};
        CHECK(sweep_laws(MeanFieldNormal{.eps = 1e-8}, MeanFieldNormal{}, options) == Failures{});
    }
}

TEST_CASE("the density of the normal distribution", "[distributions]") {
    using Number = math::Number<double>;
    const MeanFieldNormal normal{.eps = 0.01};
    // Digits of -((0.7 - 0.2)^2 / v + log v + log 2 pi) / 2 with v = 0.3^2 + 0.01 = 0.1.
    CHECK(normal.log_prob(Number(0.7), Number(0.2), Number(0.3))[0] ==
          Approx(-1.01764598670765).epsilon(1e-14));
    CHECK(MeanFieldNormal::standard_log_prob(Number(0))[0] == norm_constant(normal));
    CHECK(MeanFieldNormal::sample(Number(2), Number(0.5), Number(0.25))[0] == 1);
}

TEST_CASE("options of the normal distribution", "[distributions]") {
    MeanFieldNormal prior{.mean = 0.5, .std = 2};
    prior.rescale(0.25);
    CHECK(prior.mean == 0.125);
    CHECK(prior.std == Approx(2 * 0.25001).epsilon(1e-15));
    CHECK(default_parameters(prior) == std::array<double, 2>{prior.mean, prior.std});
    CHECK(variance_floor(prior) == 1e-10);
    CHECK(LocationScale<MeanFieldNormal>);
}
