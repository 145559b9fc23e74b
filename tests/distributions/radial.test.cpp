// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/radial.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

TEST_CASE("Radial: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(listed(testing::joint_laws(Radial{}, normal)) == "");
    // Without a closed form; steps of differences are far below its narrow component.
    CHECK(listed(testing::joint_pass_laws(Radial{}, ScaleMixturePrior{.std2 = 0.2})) == "");
    CHECK(listed(testing::joint_pass_laws(Radial{}, BasicQuietPrior{})) == "");
    CHECK(listed(testing::joint_pass_laws(Radial{}, CentredPrior<>{})) == "");
    CHECK(listed(testing::joint_pass_laws(Radial{}, LearnedScalePrior{})) == "");
}
