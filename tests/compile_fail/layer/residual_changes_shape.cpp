// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the layers in a Residual must give the shape that they take}}
// expected-error {{residual_output<false, blue::Residual<blue::Linear<64, 32>, blue::Tanh>, }}
// expected-error {{expected<blue::shape<64>}}
// expected-error {{given<blue::shape<32>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Inner = blue::Residual<blue::Linear<64, 32>, blue::Tanh>;
#else
using Inner = blue::Residual<blue::Linear<64, 64>, blue::Tanh>;
#endif
using Net = blue::Sequential<Inner, blue::Linear<64, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
