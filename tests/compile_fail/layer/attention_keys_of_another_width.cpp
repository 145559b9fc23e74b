// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: MultiheadAttention gets another width than it takes}}
// expected-error {{attention_width<false, blue::requirement::key, blue::requirement::expected<blue::shape<2, 8}}
// expected-error {{or give the layer kdim<N> and vdim<N>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Attention = blue::MultiheadAttention<8, 2>;
#else
using Attention = blue::MultiheadAttention<8, 2, blue::kdim<6>>;
#endif

int main() {
    const auto net = blue::make<Attention>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[16] = {};
    const auto x = tape.input<blue::shape<2, 8>>(numbers, 1);
    const auto k = tape.input<blue::shape<2, 6>>(numbers, 1);
    const auto y =
        blue::forward_with(net, tape, {}, [&](auto& pass) { return net(pass, x, k, x); });
    return y.samples.to_host()[0] > 0;
}
