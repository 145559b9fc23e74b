// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the heads of an attention share out the width}}
// expected-error {{heads<false, 3, 8>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr blue::Index heads = 3;
#else
constexpr blue::Index heads = 4;
#endif

int main() {
    const auto net = blue::make<blue::TransformerEncoderLayer<8, heads>>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[16] = {};
    const auto x = tape.input<blue::shape<2, 8>>(numbers, 1);
    return blue::forward(net, tape, x).samples.to_host()[0] > 0;
}
