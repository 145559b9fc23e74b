// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: moment propagation has no rule for the operation in moment_rule<...>}}
// expected-error {{moment_rule<false, blue::Ensemble<2, }}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using Member = blue::Sequential<blue::Linear<2, 3>>;
#if BLUE_EXPECT_FAIL
using Net = blue::Ensemble<2, Member>;
#else
using Net = Member;
#endif

int main() {
    blue::predict(Net{blue::Seed{1}}, blue::Gaussian{}, blue::Array<float>({4, 2}),
                  blue::MomentPropagation{});
}
