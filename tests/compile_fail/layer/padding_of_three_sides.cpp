// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: padding takes one number for all sides, one for each axis, or two}}
// expected-error {{pad_numbers<false, blue::requirement::axes<2>, blue::requirement::given<blue::requirement::count<3>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Padding = blue::ZeroPad2d<1, 2, 3>;
#else
using Padding = blue::ZeroPad2d<1, 1, 2, 3>;
#endif
using Net = blue::Sequential<Padding, blue::AdaptiveAvgPool2d<1>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
