// SPDX-License-Identifier: BSD-3-Clause
// A distribution with three parameters.
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "distributions/custom.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a custom distribution with three parameters keeps all laws", "[distributions]") {
    // Weights grow with exp(skew).
    const DistributionLawOptions<SinhArcsinh> options{.extremes = {{-1e6, 1, 0.4},
                                                                   {1e6, 1, 0.4},
                                                                   {0.4, 2e-9, 0.2},
                                                                   {0.4, 5e8, 0.2},
                                                                   {0.4, 1, -10},
                                                                   {0.4, 1, 10}}};
    CHECK(distribution_laws(SinhArcsinh{}, MeanFieldNormal{.mean = -0.2, .std = 1.5}, options) ==
          Failures{});
}

TEST_CASE("without skew it is the normal distribution", "[distributions]") {
    using Number = math::Number<double>;
    for (double w : {-2.0, 0.1, 3.0})
        CHECK(SinhArcsinh::log_prob(Number(w), Number(0.4), Number(1.3), Number(0))[0] ==
              Approx(MeanFieldNormal{.eps = 0}.log_prob(Number(w), Number(0.4), Number(1.3))[0])
                  .epsilon(1e-14));
}
