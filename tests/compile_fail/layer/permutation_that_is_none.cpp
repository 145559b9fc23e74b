// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: permute names each axis of an item once}}
// expected-error {{permutation<false, blue::requirement::order<1, 2, 2>, blue::requirement::given<blue::shape<1, 28, 28>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Channels = blue::Permute<1, 2, 2>;
#else
using Channels = blue::Permute<1, 2, 0>;
#endif
using Net = blue::Sequential<Channels, blue::Flatten<>, blue::Linear<784, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
