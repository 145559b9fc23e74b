// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the model has fewer random variables than this index}}
// expected-error {{log_prob_index<false, blue::requirement::position<4>}}
// expected-error {{blue::requirement::count<4>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::Linear<64, 32>, blue::ReLU, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
#if BLUE_EXPECT_FAIL
    return output.log_probs.get<4>().prior[0] > 0;
#else
    return output.log_probs.get<3>().prior[0] > 0;
#endif
}
