// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: reflected padding must be less than the extent of its axis}}
// expected-error {{pad_source<false, }}
// expected-error {{given<blue::shape<1, 28, 28>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Padding = blue::ReflectionPad2d<28>;
#else
using Padding = blue::ReflectionPad2d<27>;
#endif
using Net = blue::Sequential<Padding, blue::AdaptiveAvgPool2d<1>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
