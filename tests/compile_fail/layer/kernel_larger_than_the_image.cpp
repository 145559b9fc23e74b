// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the windows of a convolution are larger than its padded input}}
// expected-error {{kernel_size<false, blue::Conv2d<1, 2, }}
// expected-error {{given<blue::shape<1, 8, 4>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Conv2d<1, 2, blue::kernel<5>>;
#else
using Layer = blue::Conv2d<1, 2, blue::kernel<5>, blue::padding<1>>;
#endif
using Net = blue::Sequential<Layer>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[32] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 8, 4>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
