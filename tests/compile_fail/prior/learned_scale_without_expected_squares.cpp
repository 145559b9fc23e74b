// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the prior learns its scale from the expected squares of the weights}}
// expected-error {{fitted_prior<false, blue::LearnedScalePrior, blue::MeanFieldCauchy>}}
// expected-error {{choose another prior, or a distribution with expectation and variance}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::MeanFieldCauchy;
#else
using Q = blue::MeanFieldLaplace;
#endif

int main() {
    blue::Sequential<blue::Linear<2, 3, Q, blue::LearnedScalePrior>> net{blue::Seed{1}};
}
