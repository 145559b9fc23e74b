// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the tape and its inputs need the backend of the model}}
// expected-error {{input_backend<false, blue::requirement::expected<blue::Cpu<float}}
// expected-error {{given<blue::Cpu<double}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::Linear<64, 32>, blue::ReLU, blue::Linear<32, 10>>;
#if BLUE_EXPECT_FAIL
using Number = double;
#else
using Number = float;
#endif

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<Number>> tape;
    const Number features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    const auto loss = blue::KullbackLeiblerLoss{blue::PointEstimate{}}(
        output, tape.input<blue::shape<10>>(features, 1), blue::DatasetSize{1});
    backward(loss);
    return output.samples.to_host()[0] > 0;
}
