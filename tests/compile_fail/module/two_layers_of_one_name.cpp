// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: two layers of a model have the same name}}
// expected-error {{unique_names<false, }}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Second = blue::named<"head", blue::Linear<32, 10>>;
#else
using Second = blue::named<"last", blue::Linear<32, 10>>;
#endif
using Net = blue::Sequential<blue::named<"head", blue::Linear<64, 32>>, Second>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
