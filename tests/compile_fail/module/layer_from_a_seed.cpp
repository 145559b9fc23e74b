// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: only stacks such as Sequential are constructed from a seed}}
// expected-error {{made<false, blue::requirement::given<blue::Linear<}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    const blue::MeanFieldNormal narrow{.std = 0.1};
#if BLUE_EXPECT_FAIL
    const blue::Linear<4, 3> layer{blue::Seed{1}, blue::posterior(narrow)};
#else
    const auto layer = blue::make<blue::Linear<4, 3>>(blue::Seed{1}, blue::posterior(narrow));
#endif
    return layer.state<"weight">().distribution.std > 0.1 ? 1 : 0;
}
