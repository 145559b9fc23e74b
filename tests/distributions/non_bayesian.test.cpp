// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a point estimate keeps all laws that speak of it", "[distributions]") {
    CHECK(distribution_laws(NonBayesian{}, MeanFieldNormal{.mean = 0.2, .std = 0.8}) == Failures{});
}

TEST_CASE("a point estimate is not random", "[distributions]") {
    CHECK_FALSE(is_random<NonBayesian>);
    CHECK_FALSE(LocationScale<NonBayesian>);
    CHECK_FALSE(has_closed_form_kl<NonBayesian, MeanFieldNormal>);
    using Number = math::Number<double>;
    CHECK(NonBayesian::sample(Number(3), Number(0.7))[0] == 0.7);
    CHECK(NonBayesian::log_prob(Number(3), Number(0.7))[0] == 0);
}
