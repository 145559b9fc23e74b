// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an Ensemble needs at least one member, see given in ensemble_size<...>}}
// expected-error {{ensemble_size<false, blue::requirement::given<blue::requirement::count<0>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr int members = 0;
#else
constexpr int members = 2;
#endif

int main() {
    blue::Ensemble<members, blue::Sequential<blue::Linear<2, 3>>> ensemble{blue::Seed{1}};
}
