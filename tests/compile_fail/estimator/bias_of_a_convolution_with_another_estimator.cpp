// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the bias must be estimated as its weight is, or drawn}}
// expected-error {{bias_estimator<false, blue::requirement::expected<blue::estimator::DrawnOutputs>}}
// expected-error {{given<blue::estimator::FlippedDeviations>}}
// expected-error {{wrap both distributions alike}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using Weight = blue::LocalReparameterization<blue::MeanFieldNormal>;
#if BLUE_EXPECT_FAIL
using Bias = blue::Flipout<blue::MeanFieldNormal>;
#else
using Bias = Weight;
#endif
using Layer = blue::Conv2d<1, 2, blue::kernel<3>, blue::per_variable<Weight, Bias>>;

int main() {
    const auto net = blue::make<Layer>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float x[16] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<1, 4, 4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
