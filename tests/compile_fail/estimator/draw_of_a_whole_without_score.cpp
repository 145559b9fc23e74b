// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: StickingTheLanding changes the gradient of log q of drawn weights}}
// expected-error {{scored_weights<false, blue::Radial>}}
// expected-error {{wrap one of single elements that has noise}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::StickingTheLanding<blue::Radial>;
#else
using Q = blue::Antithetic<blue::Radial>;
#endif
using Layer = blue::Linear<4, 3, Q>;

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::log_probs>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
