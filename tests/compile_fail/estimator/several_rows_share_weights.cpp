// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: several rows of an example share weights, whose outputs are then dependent}}
// expected-error {{one_row_per_example<false, blue::estimator::DrawnOutputs}}
// expected-error {{blue::shape<5, 4>}}
// expected-error {{put Flatten before, or use no wrapper}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using Estimated = blue::LocalReparameterization<blue::MeanFieldNormal>;
#if BLUE_EXPECT_FAIL
using Layer = blue::Linear<4, 2, Estimated>;
#else
using Layer = blue::Sequential<blue::Flatten<5, 4>, blue::Linear<20, 2, Estimated>>;
#endif

int main() {
    const Layer net = blue::make<Layer>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float x[20] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<5, 4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
