// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer stands where Parallel wants what combines the branches}}
// expected-error {{combination<false, blue::requirement::given<blue::Linear<}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Wide = blue::Parallel<blue::Linear<4, 8>, blue::Linear<4, 8>>;
#else
using Wide = blue::Parallel<blue::Sum, blue::Linear<4, 8>, blue::Linear<4, 8>>;
#endif
using Net = blue::Sequential<Wide, blue::Tanh>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[4] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<4>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
