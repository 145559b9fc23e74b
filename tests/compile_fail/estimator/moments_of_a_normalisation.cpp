// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: moment propagation has no rule for the operation in moment_rule<...>}}
// expected-error {{moment_rule<false, blue::operation::layer_norm>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Norm = blue::LayerNorm<3>;
#else
using Norm = blue::BatchNorm<3>;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 3>, Norm> net{blue::Seed{1}};
    blue::predict(net, blue::Gaussian{}, blue::Array<float>({4, 2}), blue::MomentPropagation{});
}
