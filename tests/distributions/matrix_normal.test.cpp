// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/joint_laws.hpp>

#include "support/catch.hpp"
#include "train/trains.hpp"

#include <cmath>

using namespace blue;

namespace {

std::string listed(const std::vector<std::string>& failures) {
    std::string text;
    for (const std::string& failure : failures) text += failure + "\n";
    return text;
}

}  // namespace

TEST_CASE("matrix normal: laws", "[distributions]") {
    CHECK(listed(testing::joint_laws(MatrixNormal{}, MeanFieldNormal{.mean = 0.1, .std = 0.7})) == "");
    CHECK(listed(testing::joint_pass_laws(MatrixNormal{}, ScaleMixturePrior{})) == "");
}
