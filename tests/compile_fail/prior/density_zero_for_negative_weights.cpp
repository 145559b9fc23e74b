// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the prior has density 0 where the variational distribution draws weights}}
// expected-error {{prior_support<false, blue::MeanFieldLogNormal, blue::MeanFieldNormal>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::MeanFieldNormal;
#else
using Q = blue::MeanFieldLogNormal;
#endif
using Net = blue::Sequential<blue::Linear<64, 32, Q, blue::MeanFieldLogNormal>, blue::ReLU,
                             blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
