// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: this rule steps along the natural gradient of normals that are stored as}}
// expected-error {{blue::Radial>}}
// expected-error {{use MeanFieldNormal, or a rule such as Adam}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Net = blue::Linear<4, 3, blue::Radial>;
#else
using Net = blue::Linear<4, 3>;
#endif

int main() {
    auto net = blue::make<Net>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    auto optimizer = blue::make_optimizer(net, blue::Ivon{});
    optimizer.step(net, tape);
    return 0;
}
