// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: only linear and convolutions can estimate a variable without drawn weights}}
// expected-error {{drawn_weights<false, blue::shape<2>, blue::estimator::DrawnOutputs>}}
// expected-error {{by per_variable<...>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using Estimated = blue::LocalReparameterization<blue::MeanFieldNormal>;
#if BLUE_EXPECT_FAIL
using Noise = blue::LearnedNoise<2, Estimated>;
#else
using Noise = blue::LearnedNoise<2>;
#endif

int main() {
    const blue::Sequential<blue::Linear<4, 2, Estimated>, Noise> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
