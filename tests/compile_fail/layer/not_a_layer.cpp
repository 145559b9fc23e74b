// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a layer, see the place and the type in layer<...>}}
// expected-error {{layer<false, blue::requirement::position<1>, blue::requirement::given<Square>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Square {
#if BLUE_EXPECT_FAIL
    auto forward(auto&, auto x) const {
        return x * x;
    }
#else
    auto operator()(auto&, auto x) const {
        return x * x;
    }
#endif
};
using Net = blue::Sequential<blue::Linear<64, 32>, Square, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
