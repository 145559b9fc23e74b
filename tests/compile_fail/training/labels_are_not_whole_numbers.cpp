// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this likelihood needs whole numbers as targets}}
// expected-error {{labels<false, blue::Categorical, blue::requirement::given<}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Label = float;
#else
using Label = std::int32_t;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
    const blue::Dataset<Label> data{blue::Array<float>({4, 2}), blue::Array<Label>({4})};
    blue::fit(net, blue::Elbo{blue::Categorical{}}, data);
}
