// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer does not take what comes before it}}
// expected-error {{layer_input<false, blue::spelled<'h', 'e', 'a', 'd'>, }}
// expected-error {{expected<blue::shape<32>}}
// expected-error {{given<blue::shape<64>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Inner = blue::Linear<32, 10>;
#else
using Inner = blue::Linear<64, 10>;
#endif
using Net = blue::Sequential<blue::ReLU, blue::named<"head", Inner>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
