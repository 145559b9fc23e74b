// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{policies come in the order variational distribution, prior, backend}}
// expected-error {{has_parameters<false, blue::Cpu<double}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Net = blue::Sequential<blue::Linear<4, 3, blue::Cpu<double>>>;
#else
using Net = blue::Sequential<
    blue::Linear<4, 3, blue::MeanFieldNormal, blue::MeanFieldNormal, blue::Cpu<double>>>;
#endif

int main() {
    const Net net{blue::Seed{1}};
    return blue::predict(net, blue::Categorical{}, blue::Array<float>({1, 4}))
               .probabilities.size() == 3;
}
