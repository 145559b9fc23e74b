// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: branches that are added must give the same shape}}
// expected-error {{summed_branches<false, blue::requirement::position<1>, }}
// expected-error {{expected<blue::shape<32>}}
// expected-error {{given<blue::shape<16>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Wide = blue::Linear<64, 16>;
#else
using Wide = blue::Linear<64, 32>;
#endif
using Net = blue::Sequential<blue::Parallel<blue::Sum, blue::Linear<64, 32>, Wide>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
