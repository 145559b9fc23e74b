// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an option of a window needs one number for all axes or one for each}}
// expected-error {{window_option<false, blue::window_extents<2, 2, 2>, blue::requirement::axes<2>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Pool = blue::MaxPool2d<blue::window<2, 2, 2>>;
#else
using Pool = blue::MaxPool2d<blue::window<2, 2>>;
#endif
using Net = blue::Sequential<Pool, blue::Flatten<>, blue::Linear<196, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
