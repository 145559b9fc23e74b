// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/low_rank_normal.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

TEST_CASE("LowRankNormal<2>: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(listed(testing::joint_laws(LowRankNormal<2>{}, normal)) == "");
    // Without a closed form; steps of differences are far below its narrow component.
    CHECK(listed(testing::joint_pass_laws(LowRankNormal<2>{}, ScaleMixturePrior{.std2 = 0.2})) == "");
    CHECK(listed(testing::joint_pass_laws(LowRankNormal<2>{}, BasicQuietPrior{})) == "");
    CHECK(listed(testing::joint_pass_laws(LowRankNormal<2>{}, CentredPrior<>{})) == "");
    CHECK(listed(testing::joint_pass_laws(LowRankNormal<2>{}, LearnedScalePrior{})) == "");
}
