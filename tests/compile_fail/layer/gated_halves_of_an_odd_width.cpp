// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: GLU halves the last axis, which needs an even number of elements}}
// expected-error {{halves<false, blue::requirement::given<blue::shape<33>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Wide = blue::Linear<64, 33>;
#else
using Wide = blue::Linear<64, 34>;
#endif
using Net = blue::Sequential<Wide, blue::GLU, blue::Linear<17, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
