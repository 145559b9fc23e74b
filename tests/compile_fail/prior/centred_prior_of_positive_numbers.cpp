// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: CentredPrior moves a prior of all real numbers with a density of its own}}
// expected-error {{movable_prior<false, blue::MeanFieldLogNormal>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using P = blue::MeanFieldLogNormal;
#else
using P = blue::MeanFieldLogistic;
#endif

int main() {
    const blue::CentredPrior<P> prior{};
    blue::Linear<2, 3, blue::MeanFieldNormal, blue::CentredPrior<P>> layer{{}, prior};
}
