// SPDX-License-Identifier: BSD-3-Clause
#include "models/character_lstm.hpp"

#include "examples_models/learning.hpp"
#include "support/catch.hpp"

using namespace blue;

namespace {

// 65 vectors of 64 numbers; four gates with two biases each, of 64 and of 128 inputs; 128 x 65
// + 65.
static_assert(blue_test::weight_count<models::CharacterLSTM<65, 100>> ==
              65 * 64 + 512 * (64 + 128 + 2) + 512 * (128 + 128 + 2) + 129 * 65);
static_assert(blue_test::weight_count<models::CharacterLSTM<65, 100>> == 243969);

using Net = models::CharacterLSTM<5, 8, 16>;
static_assert(std::is_same_v<output_shape_of<Net>, shape<8, 5>>);
static_assert(std::is_same_v<models::CharacterLSTM<5, 8, 16, NonBayesian, UniformPrior>,
                             with_policies<Net, NonBayesian, UniformPrior>>);

}  // namespace

TEST_CASE("a recurrent network learns which character follows") {
    // Two texts; in the first the character behind 0 depends on the one before.
    const std::vector<float> texts{0, 1, 0, 2, 0, 1, 0, 2, 3, 4, 4, 3, 4, 4, 3, 4};
    const std::vector<std::int32_t> next{1, 0, 2, 0, 1, 0, 2, 0, 4, 4, 3, 4, 4, 3, 4, 4};
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};
    const auto result = blue_test::learn(net, texts, next, 100, 2e-2);
    CHECK(result.without_gradient == "");
    CHECK(result.last_loss < 0.2 * result.first_loss);
}
