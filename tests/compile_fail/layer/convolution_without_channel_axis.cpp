// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a convolution takes inputs with channels first and then its axes}}
// expected-error {{image_axes<false, blue::Conv2d<1, 6, blue::kernel<5}}
// expected-error {{given<blue::shape<28, 28>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Image = blue::shape<28, 28>;
#else
using Image = blue::shape<1, 28, 28>;
#endif
using Net = blue::Sequential<blue::Conv2d<1, 6, blue::kernel<5, 5>>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[784] = {};
    const auto output = blue::forward(net, tape, tape.input<Image>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
