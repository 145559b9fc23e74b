// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the groups of a convolution must divide its input channels and its output channels}}
// expected-error {{channel_groups<false, blue::Conv1d<4, 6, }}
// expected-error {{count<3>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Conv1d<4, 6, blue::kernel<3>, blue::groups<3>>;
#else
using Layer = blue::Conv1d<4, 6, blue::kernel<3>, blue::groups<2>>;
#endif
using Net = blue::Sequential<Layer>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[36] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<4, 9>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
