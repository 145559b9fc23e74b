// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: all layers of a model need one backend}}
// expected-error {{same_backend<false, blue::requirement::position<2>, }}
// expected-error {{expected<blue::Cpu<float}}
// expected-error {{given<blue::Cpu<double}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Second = blue::Cpu<double>;
#else
using Second = blue::Cpu<float>;
#endif
using Normal = blue::MeanFieldNormal;
using Net = blue::Sequential<blue::Linear<64, 32>, blue::ReLU,
                             blue::Linear<32, 10, Normal, Normal, Second>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
