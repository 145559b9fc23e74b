// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{so the weights must be independent normals and nothing else may estimate them}}
// expected-error {{normal_weights<false, blue::MatrixNormal>}}
// expected-error {{wrap MeanFieldNormal, or use Flipout or no wrapper}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Layer = blue::Linear<4, 3, blue::LocalReparameterization<blue::MatrixNormal>>;
#else
using Layer = blue::Linear<4, 3, blue::LocalReparameterization<blue::MeanFieldNormal>>;
#endif

int main() {
    const blue::Sequential<Layer, blue::ReLU, blue::Linear<3, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float x[4] = {};
    const auto result =
        blue::forward<blue::Scores::divergence>(net, tape, tape.input<blue::shape<4>>(x, 1));
    return result.samples.to_host()[0] > 0;
}
