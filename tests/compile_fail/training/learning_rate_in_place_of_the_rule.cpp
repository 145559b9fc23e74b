// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not an update rule}}
// expected-error {{update_rule<false, blue::requirement::given<double>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
    const blue::Dataset<std::int32_t> data{blue::Array<float>({4, 2}),
                                           blue::Array<std::int32_t>({4})};
#if BLUE_EXPECT_FAIL
    const double rule = 1e-3;
#else
    const blue::Adam rule{.learning_rate = 1e-3};
#endif
    blue::fit(net, blue::Elbo{blue::Categorical{}}, data, {.epochs = 2}, rule);
}
