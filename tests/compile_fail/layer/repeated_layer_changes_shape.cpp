// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer that is repeated must give the shape that it takes}}
// expected-error {{repeat_output<false, blue::Repeat<3, blue::Linear<64, 32>}}
// expected-error {{expected<blue::shape<64>}}
// expected-error {{given<blue::shape<32>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Step = blue::Linear<64, 32>;
#else
using Step = blue::Linear<64, 64>;
#endif
using Net = blue::Sequential<blue::Repeat<3, Step>, blue::Linear<64, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
