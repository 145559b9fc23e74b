// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{behind the model in make_optimizer(net, rule)}}
// expected-error {{update_rule<false, blue::requirement::given<blue::Sequential<}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

int main() {
    const blue::Sequential<blue::Linear<2, 3>> net{blue::Seed{1}};
#if BLUE_EXPECT_FAIL
    auto optimizer = blue::make_optimizer(blue::Adam{}, net);
#else
    auto optimizer = blue::make_optimizer(net, blue::Adam{});
#endif
    return static_cast<int>(optimizer.steps());
}
