// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: Antithetic negates noise, which must be symmetric about 0}}
// expected-error {{symmetric_noise<false, Skewed>}}
// expected-error {{wrap one with normal, Laplace, logistic, Cauchy or Student-t noise}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Skewed : blue::MeanFieldNormal {
#if BLUE_EXPECT_FAIL
    using noise = blue::noise::Gumbel;
#else
    using noise = blue::noise::Normal;
#endif
};
using Layer = blue::Linear<4, 3, blue::Antithetic<Skewed>>;

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
