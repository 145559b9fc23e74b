// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the bias must be estimated as its weight is, or drawn}}
// expected-error {{bias_estimator<false, blue::requirement::expected<blue::estimator::DrawnWeights>}}
// expected-error {{wrap both distributions alike}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Weight = blue::MeanFieldNormal;
#else
using Weight = blue::Flipout<blue::MeanFieldNormal>;
#endif
using Bias = blue::Flipout<blue::MeanFieldNormal>;
using Layer = blue::Linear<4, 3, blue::per_variable<Weight, Bias>>;

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
