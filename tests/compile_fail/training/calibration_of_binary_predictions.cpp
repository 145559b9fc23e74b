// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: accuracy versus uncertainty is about predictions of classes}}
// expected-error {{class_probabilities<false, blue::Bernoulli>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Likelihood = blue::Bernoulli;
using Target = float;
#else
using Likelihood = blue::Categorical;
using Target = std::int32_t;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 1>> net{blue::Seed{1}};
    const blue::Dataset<Target> data{blue::Array<float>({4, 2}), blue::Array<Target>({4})};
    blue::fit(net, blue::AccuracyVersusUncertainty{blue::Elbo{Likelihood{}}}, data);
}
