// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a covariance of all pairs of elements is too large for this variable}}
// expected-error {{covariance_size<false, blue::shape<64, 32>, }}
// expected-error {{expected<blue::requirement::count<1024>}}
// expected-error {{given<blue::requirement::count<2048>}}
// expected-error {{use LowRankNormal<R>, or raise the limit with MultivariateNormalUpTo<N>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Linear<32, 64, blue::MultivariateNormal>;
#else
using Layer = blue::Linear<32, 64, blue::LowRankNormal<2>>;
#endif

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<64, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[32] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<32>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
