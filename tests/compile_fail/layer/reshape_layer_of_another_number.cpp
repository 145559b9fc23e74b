// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer does not take what comes before it}}
// expected-error {{layer_input<false, blue::requirement::position<1>, blue::Reshape<3, 28, 28>, }}
// expected-error {{expected<blue::shape<2352>}}
// expected-error {{given<blue::shape<784>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Image = blue::Reshape<3, 28, 28>;
#else
using Image = blue::Reshape<1, 28, 28>;
#endif
using Net = blue::Sequential<blue::ReLU, Image, blue::Flatten<>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<784>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
