// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a vector of dynamic length does not go into layers}}
// expected-error {{static_shape<false, blue::requirement::given<blue::shape<-1, 3}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::Linear<4, 3>, blue::Flatten<>, blue::Linear<6, 1>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[8] = {};
#if BLUE_EXPECT_FAIL
    const auto x = tape.input<blue::shape<blue::dynamic, 4>>(features, 1, blue::Extents{2});
#else
    const auto x = tape.input<blue::shape<2, 4>>(features, 1);
#endif
    return blue::forward(net, tape, x).samples.to_host()[0] > 0;
}
