// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer does not take what comes before it}}
// expected-error {{layer_input<false, blue::requirement::position<1>, blue::MaxPool2d<2>, }}
// expected-error {{expected<blue::shape<-1, -1, -1>}}
// expected-error {{given<blue::shape<16>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Net = blue::Sequential<blue::Linear<784, 16>, blue::MaxPool2d<2>, blue::Linear<8, 10>>;
#else
using Net = blue::Sequential<blue::Linear<784, 16>, blue::ReLU, blue::Linear<16, 10>>;
#endif

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<784>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
