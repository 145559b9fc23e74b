// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the window of a pooling layer is larger than its padded input}}
// expected-error {{window_size<false, }}
// expected-error {{given<blue::shape<1, 28, 28>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Pool = blue::MaxPool2d<30>;
#else
using Pool = blue::MaxPool2d<28>;
#endif
using Net = blue::Sequential<Pool, blue::Flatten<>, blue::Linear<1, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
