// SPDX-License-Identifier: BSD-3-Clause
#include "models/character_transformer.hpp"

#include "examples_models/learning.hpp"
#include "support/catch.hpp"

using namespace blue;

namespace {

// 65 characters and 100 positions with vectors of 64 numbers; two layers with four matrices of the
// attention, two of the feed-forward part and two normalisations; a normalisation; 64 x 65 + 65.
static_assert(blue_test::weight_count<models::CharacterTransformer<65, 100>> ==
              (65 + 100) * 64 +
                  2 * (4 * (64 * 64 + 64) + (64 * 256 + 256) + (256 * 64 + 64) + 4 * 64) + 2 * 64 +
                  65 * 65);

using Net = models::CharacterTransformer<5, 8, 16>;
static_assert(std::is_same_v<output_shape_of<Net>, shape<8, 5>>);
static_assert(
    std::is_same_v<models::CharacterTransformer<5, 8, 16, 4, 2, MeanFieldLaplace, UniformPrior>,
                   with_policies<Net, MeanFieldLaplace, UniformPrior>>);

const std::vector<float> texts{0, 1, 0, 2, 0, 1, 0, 2, 3, 4, 4, 3, 4, 4, 3, 4};

}  // namespace

TEST_CASE("a transformer learns which character follows") {
    const std::vector<std::int32_t> next{1, 0, 2, 0, 1, 0, 2, 0, 4, 4, 3, 4, 4, 3, 4, 4};
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};
    const auto result = blue_test::learn(net, texts, next, 100, 1e-2);
    CHECK(result.without_gradient == "");
    CHECK(result.last_loss < 0.2 * result.first_loss);
}

TEST_CASE("a transformer does not see the characters that it predicts") {
    const Net net{Seed{1}};
    Tape<Cpu<float>> tape;
    const auto run = [&](float last) {
        std::vector<float> text(texts.begin(), texts.begin() + 8);
        text.back() = last;
        const auto x = tape.input<shape<8>>(text.data(), 1);
        return forward<Scores::none>(net, tape, x, {.samples = 1}).samples.to_host();
    };
    const auto one = run(1), other = run(2);
    for (std::size_t i = 0; i < 35; ++i) CHECK(one[i] == other[i]);
    CHECK(one[35] != other[35]);
}
