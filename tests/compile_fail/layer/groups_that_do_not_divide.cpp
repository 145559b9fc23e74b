// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: GroupNorm<Groups, Channels> needs as many channels in each group}}
// expected-error {{groups_of_channels<false, blue::requirement::given<blue::GroupNorm<3}}
// expected-error {{let the number of groups divide the number of channels}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Norm = blue::GroupNorm<3, 4>;
#else
using Norm = blue::GroupNorm<2, 4>;
#endif

int main() {
    return static_cast<int>(Norm().eps);
}
