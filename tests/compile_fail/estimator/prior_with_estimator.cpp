// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a prior is not estimated, but has a wrapper that says how}}
// expected-error {{prior_without_estimator<false, blue::Antithetic<blue::MeanFieldNormal}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Prior = blue::Antithetic<blue::MeanFieldNormal>;
#else
using Prior = blue::MeanFieldNormal;
#endif
using Layer = blue::Linear<4, 3, blue::Antithetic<blue::MeanFieldNormal>, Prior>;

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
