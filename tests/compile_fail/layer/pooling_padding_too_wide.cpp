// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the padding of a pooling layer is at most half of its window}}
// expected-error {{pool_padding<false, }}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Pool = blue::MaxPool2d<2, blue::padding<2>>;
#else
using Pool = blue::MaxPool2d<2, blue::padding<1>>;
#endif
using Net = blue::Sequential<Pool, blue::Flatten<>, blue::Linear<225, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
