// SPDX-License-Identifier: BSD-3-Clause
#include "models/resnet20.hpp"

#include "examples_models/learning.hpp"
#include "support/catch.hpp"

using namespace blue;

namespace {

using Net = models::ResNet20<>;

// Convolutions: 3 x 16, 6 of 16 x 16, 16 x 32, 5 of 32 x 32, 32 x 64, 5 of 64 x 64 windows of nine
// numbers; normalisations: two numbers for each of 7 x 16 + 6 x 32 + 6 x 64 channels; 64 x 10 + 10.
// He et al. 2016, table 6: 0.27 M.
static_assert(blue_test::weight_count<Net> ==
              9 * (48 + 6 * 256 + 512 + 5 * 1024 + 2048 + 5 * 4096) + 2 * 688 + 650);
static_assert(blue_test::weight_count<Net> == 269722);
static_assert(std::is_same_v<output_shape_of<Net>, shape<10>>);
static_assert(std::is_same_v<models::ResNet20<10, MeanFieldLaplace, UniformPrior>,
                             with_policies<Net, MeanFieldLaplace, UniformPrior>>);
// 20 layers with weights: 19 convolutions and a linear layer, whose bias is the 21st variable.
template <class Placed>
using is_random = detail::mp::mp_bool<!detail::is_deterministic_placed<Placed>::value>;
static_assert(detail::mp::mp_count_if<random_variables<Net>, is_random>::value == 21);

}  // namespace

TEST_CASE("the shortcut of a smaller image has every second pixel and zeros") {
    const Sequential<models::HalvingShortcut<1, 4>> shortcut;
    Tape<Cpu<float>> tape;
    std::vector<float> image(16);
    for (std::size_t i = 0; i < 16; ++i) image[i] = static_cast<float>(i) + 1;
    const auto x = tape.input<shape<1, 4, 4>>(image.data(), 1);
    const auto y = forward(shortcut, tape, x).samples;
    static_assert(std::is_same_v<decltype(y)::shape, shape<2, 2, 2>>);
    CHECK(y.to_host() == std::vector<float>{1, 3, 9, 11, 0, 0, 0, 0});
}

TEST_CASE("ResNet-20 learns a batch") {
    Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};
    const auto result = blue_test::learn(net, blue_test::uniform_inputs<Net>(2), {3, 7}, 4, 1e-3);
    CHECK(result.without_gradient == "");
    CHECK(result.last_loss < 0.8 * result.first_loss);
}
