// SPDX-License-Identifier: BSD-3-Clause
#include <blue/distributions/matrix_normal.hpp>

#include "distributions/joint_support.hpp"
#include "support/catch.hpp"
#include "train/trains.hpp"

using namespace blue;
using namespace blue_test;

TEST_CASE("MatrixNormal: laws", "[distributions]") {
    const MeanFieldNormal normal{.mean = 0.1, .std = 0.7};
    CHECK(listed(testing::joint_laws(MatrixNormal{}, normal)) == "");
    // Without a closed form; steps of differences are far below its narrow component.
    CHECK(listed(testing::joint_pass_laws(MatrixNormal{}, ScaleMixturePrior{.std2 = 0.2})) == "");
    CHECK(listed(testing::joint_pass_laws(MatrixNormal{}, BasicQuietPrior{})) == "");
    CHECK(listed(testing::joint_pass_laws(MatrixNormal{}, CentredPrior<>{})) == "");
    CHECK(listed(testing::joint_pass_laws(MatrixNormal{}, LearnedScalePrior{})) == "");
}
