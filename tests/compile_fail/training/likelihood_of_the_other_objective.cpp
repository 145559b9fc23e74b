// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this likelihood lacks what the objective asks for}}
// expected-error {{objective_likelihood<false, blue::Poisson>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Objective = blue::KullbackLeiblerLoss<blue::Poisson>;
#else
using Objective = blue::Elbo<blue::Poisson>;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 1>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 2}), blue::Array<float>({4})};
    blue::fit(net, Objective{}, data);
}
