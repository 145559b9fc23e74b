// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer is repeated at least once}}
// expected-error {{repeat_count<false, blue::requirement::given<blue::requirement::count<0>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Steps = blue::Repeat<0, blue::Linear<64, 64>>;
#else
using Steps = blue::Repeat<1, blue::Linear<64, 64>>;
#endif
using Net = blue::Sequential<Steps, blue::Linear<64, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
