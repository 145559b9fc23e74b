// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an option of a window needs one number for all axes or one for each}}
// expected-error {{window_option<false, blue::kernel<3, 3, 3>, blue::requirement::axes<2>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Conv2d<1, 2, blue::kernel<3, 3, 3>>;
#else
using Layer = blue::Conv2d<1, 2, blue::kernel<3, 3>>;
#endif
using Net = blue::Sequential<Layer>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[32] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 8, 4>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
