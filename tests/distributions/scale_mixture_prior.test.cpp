// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the scale mixture keeps all laws", "[distributions]") {
    const ScaleMixturePrior p{.weight = 0.25, .std1 = 0.75, .std2 = 0.1};
    CHECK(distribution_laws(MeanFieldNormal{}, p) == Failures{});
    CHECK(distribution_laws(MeanFieldLaplace{}, p) == Failures{});
}

TEST_CASE("the density of the scale mixture", "[distributions]") {
    using Number = math::Number<double>;
    const auto normal = [](double w, double std) {
        return std::exp(-0.5 * w * w / (std * std) + ScaleMixturePrior::constant) / std;
    };
    const ScaleMixturePrior p{.weight = 0.25, .std1 = 0.75, .std2 = 0.1};
    for (double w : {0.0, 0.05, -0.3, 2.0})
        CHECK(p.log_prob(Number(w))[0] ==
              Approx(std::log(0.25 * normal(w, 0.75) + 0.75 * normal(w, 0.1))).epsilon(1e-13));
    // Far out both densities underflow, their logarithms do not.
    CHECK(p.log_prob(Number(1e6))[0] ==
          Approx(-0.5e12 / 0.5625 + std::log(0.25 / 0.75) + p.constant).epsilon(1e-14));
}

TEST_CASE("rescaling narrows both components of a mixture", "[distributions]") {
    using Number = math::Number<double>;
    ScaleMixturePrior p{.weight = 0.25, .std1 = 2, .std2 = 0.5};
    p.rescale(0.5);
    CHECK(p.weight == 0.25);
    CHECK(p.std1 == 1);
    CHECK(p.std2 == 0.25);
    const ScaleMixturePrior same{.weight = 0.25, .std1 = 1, .std2 = 0.25};
    CHECK(p.log_prob(Number(0.3))[0] == same.log_prob(Number(0.3))[0]);
}
