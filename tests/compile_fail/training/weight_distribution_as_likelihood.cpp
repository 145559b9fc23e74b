// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a likelihood, which says how targets follow from outputs}}
// expected-error {{likelihood<false, blue::requirement::given<blue::MeanFieldNormal>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Noise = blue::MeanFieldNormal;
#else
using Noise = blue::Gaussian;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 1>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    blue::fit(net, blue::Elbo{Noise{.std = 0.1}}, data);
}
