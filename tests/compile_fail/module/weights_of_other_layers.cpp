// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the two models do not have the same random variables, see both in}}
// expected-error {{same_variables<false, blue::Sequential<}}
// expected-error {{give them the same layers with the same widths, only other policies}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr int width = 4;
#else
constexpr int width = 3;
#endif

int main() {
    const blue::Sequential<blue::Linear<2, width, blue::NonBayesian>> point{blue::Seed{1}};
    blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
    keep_weights(net, point);
}
