// SPDX-License-Identifier: BSD-3-Clause
#include "models/lenet.hpp"

#include "examples_models/learning.hpp"
#include "support/catch.hpp"

using namespace blue;

namespace {

using Net = models::LeNet<>;

// 6 x 25 + 6, 16 x 6 x 25 + 16, 256 x 120 + 120, 120 x 84 + 84, 84 x 10 + 10.
static_assert(blue_test::weight_count<Net> == 156 + 2416 + 30840 + 10164 + 850);
static_assert(blue_test::weight_count<Net> == 44426);
static_assert(std::is_same_v<output_shape_of<Net>, shape<10>>);
static_assert(
    std::is_same_v<models::LeNet<NonBayesian>, with_policies<Net, NonBayesian, MeanFieldNormal>>);

}  // namespace

TEST_CASE("LeNet learns a batch") {
    Net net{Seed{1}};
    const auto result =
        blue_test::learn(net, blue_test::uniform_inputs<Net>(4), {3, 1, 4, 5}, 20, 3e-3);
    CHECK(result.without_gradient == "");
    CHECK(result.last_loss < 0.5 * result.first_loss);
}
