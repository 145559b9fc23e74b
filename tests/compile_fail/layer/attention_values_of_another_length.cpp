// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: in attention, keys must be as wide as queries and as long as values}}
// expected-error {{attention_shapes<false, blue::shape<2, 8>, blue::shape<2, 8>, blue::shape<1, 8}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Item = blue::shape<1, 8>;
#else
using Item = blue::shape<2, 8>;
#endif

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[16] = {};
    const auto x = tape.input<blue::shape<2, 8>>(numbers, 1);
    const auto v = tape.input<Item>(numbers, 1);
    return static_cast<int>(blue::scaled_dot_product_attention<2>(x, x, v).to_host()[0]);
}
