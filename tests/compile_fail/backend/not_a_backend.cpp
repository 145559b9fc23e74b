// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a backend such as blue::Cpu<float>}}
// expected-error {{backend<false, blue::requirement::given<float>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Normal = blue::MeanFieldNormal;
#if BLUE_EXPECT_FAIL
using Net = blue::Sequential<blue::Linear<64, 10, Normal, Normal, float>>;
#else
using Net = blue::Sequential<blue::Linear<64, 10, Normal, Normal, blue::Cpu<float>>>;
#endif

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
