// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a normalisation layer takes without_bias or without_affine and then a}}
// expected-error {{norm_options<false, blue::requirement::given<}}
// expected-error {{for its parameters have no distribution}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Norm = blue::LayerNorm<4, blue::MeanFieldNormal>;
#else
using Norm = blue::LayerNorm<4, blue::Cpu<float>>;
#endif

int main() {
    return static_cast<int>(Norm().eps);
}
