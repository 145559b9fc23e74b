// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the model has no random variable at this path}}
// expected-error {{log_prob_path<false, blue::spelled<'2', '.', 'w', 'i', 'e', 'g', 'h', 't'>, }}
// expected-error {{known<blue::spelled<'2', '.', 'w', 'e', 'i', 'g', 'h', 't'>}}
// expected-error {{blue::spelled<'2', '.', 'b', 'i', 'a', 's'>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::Linear<64, 32>, blue::ReLU, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
#if BLUE_EXPECT_FAIL
    return output.log_probs.get<2, "wieght">().prior[0] > 0;
#else
    return output.log_probs.get<2, "weight">().prior[0] > 0;
#endif
}
