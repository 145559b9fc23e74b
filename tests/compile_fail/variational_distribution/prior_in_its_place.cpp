// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a variational distribution, because it lists no parameters to train}}
// expected-error {{has_parameters<false, blue::UniformPrior>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::UniformPrior;
#else
using Q = blue::MeanFieldNormal;
#endif
using Net = blue::Sequential<blue::Linear<64, 32, Q>, blue::ReLU, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
