// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("the flat prior keeps all laws", "[distributions]") {
    CHECK(distribution_laws(MeanFieldNormal{}, UniformPrior{}) == Failures{});
}

TEST_CASE("the flat prior is 0 everywhere", "[distributions]") {
    CHECK(UniformPrior::log_prob(math::Number<float>(1e30f))[0] == 0);
    CHECK_FALSE(HasParameters<UniformPrior>);
    CHECK(norm_constant(UniformPrior{}) == 0);
}
