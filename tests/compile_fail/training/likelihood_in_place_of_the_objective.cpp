// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not an objective to train by}}
// expected-error {{objective<false, blue::requirement::given<blue::Categorical>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
    const blue::Dataset<std::int32_t> data{blue::Array<float>({4, 2}),
                                           blue::Array<std::int32_t>({4})};
#if BLUE_EXPECT_FAIL
    const blue::Categorical objective;
#else
    const blue::Elbo objective{blue::Categorical{}};
#endif
    blue::fit(net, objective, data, {.epochs = 2});
}
