// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: parameter groups are for rules that step every parameter alone}}
// expected-error {{grouped_rule<false, blue::Ivon>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Rule = blue::Ivon;
#else
using Rule = blue::Adam;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 1>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    blue::fit(net, blue::Elbo{blue::Gaussian{}}, data, {},
              blue::ParameterGroups{Rule{}, {{"log_std", {.learning_rate = 0.01}}}});
}
