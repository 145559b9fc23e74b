// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: attention takes a sequence as an item, shape<length, width>}}
// expected-error {{sequence<false, blue::requirement::query, blue::requirement::given<blue::shape<16, 32, 8}}
// expected-error {{data with the length first go through sequence_first}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Item = blue::shape<16, 32, 8>;
constexpr blue::Index batch = 1;
#else
using Item = blue::shape<32, 8>;
constexpr blue::Index batch = 16;
#endif
using Net = blue::Sequential<blue::MultiheadAttention<8, 2>, blue::Linear<8, 1>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    static const float numbers[16 * 32 * 8] = {};
    return blue::forward(net, tape, tape.input<Item>(numbers, batch)).samples.to_host()[0] > 0;
}
