// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a convolution needs the extents of its input at compile time}}
// expected-error {{known_extents<false, blue::Conv1d<2, 3, blue::kernel<3}}
// expected-error {{given<blue::shape<2, -1>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    const blue::Sequential<blue::Conv1d<2, 3, blue::kernel<3>>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[16] = {};
#if BLUE_EXPECT_FAIL
    const auto x = tape.input<blue::shape<2, blue::dynamic>>(numbers, 1, blue::Extents{8});
#else
    const auto x = tape.input<blue::shape<2, 8>>(numbers, 1);
#endif
    const auto output = blue::forward(net, tape, x);
    return output.samples.to_host()[0] > 0;
}
