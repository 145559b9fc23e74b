// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a setting}}
// expected-error {{setting<false, blue::requirement::given<blue::MeanFieldNormal>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::Linear<64, 32>, blue::ReLU, blue::Linear<32, 10>>;

int main() {
#if BLUE_EXPECT_FAIL
    const Net net{blue::Seed{1}, blue::MeanFieldNormal{.std = 0.1}};
#else
    const Net net{blue::Seed{1}, blue::posterior(blue::MeanFieldNormal{.std = 0.1})};
#endif
    return blue::layer<0>(net).module_options.rescale_prior;
}
