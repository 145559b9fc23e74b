// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this setting changes nothing}}
// expected-error {{setting_applies<false, blue::PriorSetting<blue::MeanFieldNormal>, }}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Prior = blue::UniformPrior;
#else
using Prior = blue::MeanFieldNormal;
#endif
using Net = blue::Sequential<blue::Linear<64, 10, blue::MeanFieldNormal, Prior>>;

int main() {
    const Net net{blue::Seed{1}, blue::prior(blue::MeanFieldNormal{.std = 0.1})};
    return blue::layer<0>(net).module_options.rescale_prior;
}
