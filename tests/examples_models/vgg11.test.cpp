// SPDX-License-Identifier: BSD-3-Clause
#include "models/vgg11.hpp"

#include "examples_models/learning.hpp"
#include "support/catch.hpp"

using namespace blue;

namespace {

using Net = models::VGG11<>;

// Eight convolutions with windows of nine numbers, two numbers for each of 2752 channels in the
// normalisations, 512 x 10 + 10. With a bias for each of these channels, which the normalisations
// would take away, 9,231,114: what programs for images of 32 x 32 pixels usually have.
static_assert(blue_test::weight_count<Net> ==
              9 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 256 + 256 * 512 + 3 * 512 * 512) +
                  2 * 2752 + 5130);
static_assert(blue_test::weight_count<Net> == 9231114 - 2752);
static_assert(std::is_same_v<output_shape_of<Net>, shape<10>>);

/// With an eighth of the channels, for the time that it takes.
using Narrow = models::VGG11<10, 8>;
static_assert(
    std::is_same_v<models::VGG11<10, 8, NonBayesian>, with_policies<Narrow, NonBayesian>>);

}  // namespace

TEST_CASE("VGG-11 learns a batch") {
    Narrow net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};
    const auto result =
        blue_test::learn(net, blue_test::uniform_inputs<Narrow>(4), {3, 1, 4, 5}, 4, 3e-3);
    CHECK(result.without_gradient == "");
    CHECK(result.last_loss < 0.8 * result.first_loss);
}
