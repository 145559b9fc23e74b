// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a convolution gets an input with another number of channels than it takes}}
// expected-error {{input_channels<false, blue::Conv2d<3, 16, blue::kernel<5}}
// expected-error {{expected<blue::requirement::count<3>}}
// expected-error {{given<blue::shape<6, 24, 24>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Second = blue::Conv2d<3, 16, blue::kernel<5, 5>>;
#else
using Second = blue::Conv2d<6, 16, blue::kernel<5, 5>>;
#endif
using Net = blue::Sequential<blue::Conv2d<1, 6, blue::kernel<5, 5>>, blue::ReLU, Second>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
