// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the padding of a transposed convolution leaves nothing of its result}}
// expected-error {{transposed_size<false, blue::ConvTranspose1d<1, 2, }}
// expected-error {{given<blue::shape<1, 4>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::ConvTranspose1d<1, 2, blue::kernel<3>, blue::padding<3>>;
#else
using Layer = blue::ConvTranspose1d<1, 2, blue::kernel<3>, blue::padding<2>>;
#endif
using Net = blue::Sequential<Layer>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[4] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 4>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
