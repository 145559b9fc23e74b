// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: no prior of the model has a centre, see the model in centred_priors<...>}}
// expected-error {{use CentredPrior<> in its place}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using P = blue::MeanFieldNormal;
#else
using P = blue::CentredPrior<>;
#endif

int main() {
    const blue::Linear<2, 3, blue::NonBayesian> point;
    blue::Linear<2, 3, blue::MeanFieldNormal, P> layer;
    moped(layer, point);
}
