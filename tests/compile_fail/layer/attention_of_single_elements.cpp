// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: attention takes a sequence as an item, shape<length, width>}}
// expected-error {{sequence<false, blue::requirement::query, blue::requirement::given<blue::shape<8}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

// 32 elements of a sequence are no batch of 32 examples.
#if BLUE_EXPECT_FAIL
using Item = blue::shape<8>;
constexpr blue::Index batch = 32;
#else
using Item = blue::shape<32, 8>;
constexpr blue::Index batch = 1;
#endif

int main() {
    const auto net = blue::make<blue::TransformerEncoderLayer<8, 2>>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    static const float numbers[32 * 8] = {};
    return blue::forward(net, tape, tape.input<Item>(numbers, batch)).samples.to_host()[0] > 0;
}
