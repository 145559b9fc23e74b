// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the layer has no such option}}
// expected-error {{known_option<false, blue::dilation<2>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Pool = blue::AvgPool2d<2, blue::dilation<2>>;
#else
using Pool = blue::AvgPool2d<2, blue::stride<2>>;
#endif
using Net = blue::Sequential<Pool, blue::Flatten<>, blue::Linear<196, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
