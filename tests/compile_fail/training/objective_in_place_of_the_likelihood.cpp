// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{without an objective around it}}
// expected-error {{likelihood<false, blue::requirement::given<blue::Elbo<blue::Categorical>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    const blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
    const blue::Elbo objective{blue::Categorical{}};
#if BLUE_EXPECT_FAIL
    const auto prediction = blue::predict(net, objective, blue::Array<float>({4, 2}));
#else
    const auto prediction = blue::predict(net, objective.likelihood, blue::Array<float>({4, 2}));
#endif
    return prediction.probabilities.size() == 12 ? 0 : 1;
}
