// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: LowRankNormal needs a rank of 1 or more}}
// expected-error {{rank_of_covariance<false, blue::requirement::given<blue::requirement::count<0}}
// expected-error {{write LowRankNormal<2>, or use MeanFieldNormal}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Linear<4, 3, blue::LowRankNormal<0>>;
#else
using Layer = blue::Linear<4, 3, blue::LowRankNormal<1>>;
#endif

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
