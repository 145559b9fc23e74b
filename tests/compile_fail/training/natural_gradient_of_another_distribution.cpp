// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this rule steps along the natural gradient of normals}}
// expected-error {{blue::MeanFieldLaplace}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Rule = blue::Ivon;
#else
using Rule = blue::Adam;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 1, blue::MeanFieldLaplace>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    blue::fit(net, blue::Elbo{blue::Gaussian{}}, data, {}, Rule{});
}
