// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this likelihood needs a mean and a scale for each target}}
// expected-error {{mean_and_scale<false, blue::HeteroscedasticGaussian, blue::requirement::given<blue::shape<3}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr blue::Index outputs = 3;
#else
constexpr blue::Index outputs = 2;
#endif

int main() {
    blue::Sequential<blue::Linear<2, outputs>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    blue::fit(net, blue::Elbo{blue::HeteroscedasticGaussian{}}, data);
}
