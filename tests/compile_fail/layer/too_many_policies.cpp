// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer takes its options first and then at most three policies}}
// expected-error {{policies<false, blue::requirement::given<blue::requirement::count<4>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Normal = blue::MeanFieldNormal;
#if BLUE_EXPECT_FAIL
using Net = blue::Sequential<blue::Linear<4, 3, Normal, Normal, Normal, blue::Cpu<float>>>;
#else
using Net = blue::Sequential<blue::Linear<4, 3, Normal, Normal, blue::Cpu<float>>>;
#endif

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[4] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<4>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
