// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this rule needs the prior MeanFieldNormal}}
// expected-error {{blue::UniformPrior}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Rule = blue::Vadam;
#else
using Rule = blue::Ivon;
#endif

int main() {
    using Net = blue::Sequential<blue::Linear<2, 1, blue::MeanFieldNormal, blue::UniformPrior>>;
    Net net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    blue::fit(net, blue::Elbo{blue::Gaussian{}}, data, {}, Rule{});
}
