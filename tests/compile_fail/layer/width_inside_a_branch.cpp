// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer does not take what comes before it}}
// expected-error {{layer_input<false, blue::requirement::position<2>, blue::Linear<16, 10>, }}
// expected-error {{expected<blue::shape<16>}}
// expected-error {{given<blue::shape<32>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Head = blue::Linear<16, 10>;
#else
using Head = blue::Linear<32, 10>;
#endif
using Heads =
    blue::Branch<blue::Linear<64, 10>, blue::Sequential<blue::Linear<64, 32>, blue::ReLU, Head>>;

int main() {
    const Heads net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return std::get<0>(output.samples).to_host()[0] > 0;
}
