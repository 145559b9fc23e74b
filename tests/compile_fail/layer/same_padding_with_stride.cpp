// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: same_padding keeps the size of the input, which a stride, or a transposed convolution, changes}}
// expected-error {{same_padding_stride<false, blue::Conv2d<1, 2, }}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Conv2d<1, 2, blue::kernel<3>, blue::same_padding, blue::stride<2>>;
#else
using Layer = blue::Conv2d<1, 2, blue::kernel<3>, blue::padding<1>, blue::stride<2>>;
#endif
using Net = blue::Sequential<Layer>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 8, 8>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
