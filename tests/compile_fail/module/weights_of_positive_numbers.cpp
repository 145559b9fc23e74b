// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the weights of one distribution are no location of the other, see both}}
// expected-error {{keeps_weight<false, blue::MeanFieldLogNormal, blue::NonBayesian>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Q = blue::MeanFieldLogNormal;
#else
using Q = blue::MeanFieldNormal;
#endif

int main() {
    const blue::Sequential<blue::Linear<2, 3, blue::NonBayesian>> point{blue::Seed{1}};
    blue::Sequential<blue::Linear<2, 3, Q>> net{blue::Seed{1}};
    keep_weights(net, point);
}
