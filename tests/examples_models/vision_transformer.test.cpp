// SPDX-License-Identifier: BSD-3-Clause
#include "models/vision_transformer.hpp"

#include "examples_models/learning.hpp"
#include "support/catch.hpp"

using namespace blue;

namespace {

using Net = models::VisionTransformer<>;

// Patches of 48 numbers, 64 positions, six layers (four matrices of the attention, two of the
// feed-forward part, two normalisations), a normalisation, 64 x 10 + 10.
static_assert(blue_test::weight_count<Net> ==
              (48 * 64 + 64) + 64 * 64 +
                  6 * (4 * (64 * 64 + 64) + (64 * 128 + 128) + (128 * 64 + 64) + 4 * 64) + 2 * 64 +
                  650);
static_assert(blue_test::weight_count<Net> == 207178 + 1664);
static_assert(std::is_same_v<output_shape_of<Net>, shape<10>>);
static_assert(std::is_same_v<models::VisionTransformer<10, 64, 4, 6, MeanFieldLaplace>,
                             with_policies<Net, MeanFieldLaplace>>);

}  // namespace

TEST_CASE("a vision transformer learns a batch") {
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};
    const auto result = blue_test::learn(net, blue_test::uniform_inputs<Net>(2), {3, 7}, 5, 1e-3);
    CHECK(result.without_gradient == "");
    CHECK(result.last_loss < 0.8 * result.first_loss);
}

TEST_CASE("patches of an image are not exchangeable") {
    // The mean over patches would not know their order; the positions do.
    const Net net{Seed{1}};
    auto image = blue_test::uniform_inputs<Net>(1);
    Tape<Cpu<float>> tape;
    const auto run = [&] {
        const auto x = tape.input<shape<3, 32, 32>>(image.data(), 1);
        return forward<Scores::none>(net, tape, x, {.samples = 1}).samples.to_host();
    };
    const auto before = run();
    for (std::size_t row = 0; row < 96; ++row)  // 32 of each colour: the first two patches
        for (std::size_t k = 0; row % 32 < 4 && k < 4; ++k)
            std::swap(image[row * 32 + k], image[row * 32 + 4 + k]);
    const auto after = run();
    double difference = 0;
    for (std::size_t i = 0; i < 10; ++i)
        difference = std::max(difference, std::abs(static_cast<double>(after[i] - before[i])));
    // Other orders of summation alone: below 1e-5.
    CHECK(difference > 1e-3);
}
