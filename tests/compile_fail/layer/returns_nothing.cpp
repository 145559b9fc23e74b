// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer within a model must return one value on the tape (Var)}}
// expected-error {{layer_output<false, blue::requirement::position<1>, Doubled, }}
// expected-error {{given<void>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Doubled : blue::Module<Doubled, blue::variables<>> {
    auto forward(auto&, auto x) const {
#if BLUE_EXPECT_FAIL
        x = 2 * x;
#else
        return 2 * x;
#endif
    }
};
using Net = blue::Sequential<blue::Linear<64, 32>, Doubled, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
