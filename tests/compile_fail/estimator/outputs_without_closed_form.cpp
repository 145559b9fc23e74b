// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: Monte Carlo log probs need drawn weights, which LocalReparameterization}}
// expected-error {{scored_outputs<false, blue::spelled<'0', '.', 'w', 'e', 'i', 'g', 'h', 't'>,}}
// expected-error {{blue::MeanFieldStudentT>}}
// expected-error {{use Elbo with a prior that has a closed form, or Flipout in place of}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Prior = blue::MeanFieldStudentT;
#else
using Prior = blue::MeanFieldLaplace;
#endif
using Layer = blue::Linear<4, 3, blue::LocalReparameterization<blue::MeanFieldNormal>, Prior>;

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
