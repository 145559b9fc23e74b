// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{lacks one of its functions: see the list at JointDistribution}}
// expected-error {{joint_functions<false, Ridge>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Ridge : blue::MatrixNormal {
#if BLUE_EXPECT_FAIL
    static void log_prob(int) {}
#endif
};
using Layer = blue::Linear<4, 3, Ridge>;

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
