// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a transposed convolution pads with zeros only, and its output_padding is less than its stride or dilation}}
// expected-error {{transposed_options<false, blue::ConvTranspose2d<1, 2, }}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer =
    blue::ConvTranspose2d<1, 2, blue::kernel<3>, blue::stride<2>, blue::output_padding<2>>;
#else
using Layer =
    blue::ConvTranspose2d<1, 2, blue::kernel<3>, blue::stride<2>, blue::output_padding<1>>;
#endif
using Net = blue::Sequential<Layer>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[32] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 8, 4>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
