// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

using namespace blue;

namespace {

using Net = Sequential<Linear<4, 3, per_variable<MeanFieldNormal, NonBayesian>>, ReLU,
                       blue_test::Gated<3, 2>>;

}  // namespace

TEST_CASE("views hold what is in the model, in the order of the slots") {
    const Net net{Seed{1}};
    const auto views = variable_views(net);
    REQUIRE(views.size() == 5);
    const auto& weight = layer<0>(net).state<"weight">();
    CHECK(views[0].storage == &weight);
    CHECK(views[0].values == weight.parameter(0));
    CHECK(views[0].distribution == &weight.distribution);
    CHECK(views[0].prior == &weight.prior);
    CHECK(views[0].size == 12);
    CHECK(views[0].stride == 16);
    CHECK(views[0].parameters == 2);
    CHECK(views[0].is_random);
    CHECK(views[1].parameters == 1);
    CHECK_FALSE(views[1].is_random);
    CHECK(views[3].storage == &layer<2>(net).state<"gate">());
    // One table of functions per pair of distributions, not per variable.
    CHECK(views[0].kernels == views[3].kernels);
    CHECK(views[0].kernels != views[1].kernels);
}

TEST_CASE("a model without variables has no views") {
    CHECK(variable_views<Sequential<ReLU>, Cpu<float>>(Sequential<ReLU>{}).empty());
}
