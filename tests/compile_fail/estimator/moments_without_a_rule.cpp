// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: moment propagation has no rule for the operation in moment_rule<...>}}
// expected-error {{moment_rule<false, blue::Softmax>}}
// expected-error {{predict with drawn weights (PredictOptions)}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Activation = blue::Softmax;
#else
using Activation = blue::Tanh;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 3>, Activation> net{blue::Seed{1}};
    blue::predict(net, blue::Gaussian{}, blue::Array<float>({4, 2}), blue::MomentPropagation{});
}
