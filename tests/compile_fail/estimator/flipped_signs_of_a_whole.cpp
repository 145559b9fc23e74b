// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: Flipout changes signs of deviations, so it needs a location-scale family}}
// expected-error {{symmetric_weights<false, blue::LowRankNormal<2}}
// expected-error {{wrap another distribution, or use no wrapper}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using LowRank = blue::LowRankNormal<2>;
#if BLUE_EXPECT_FAIL
using Layer = blue::Linear<4, 3, blue::Flipout<LowRank>>;
#else
using Layer = blue::Linear<4, 3, LowRank>;
#endif

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
