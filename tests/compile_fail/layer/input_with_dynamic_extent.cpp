// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an input needs a number for each of its dynamic extents}}
// expected-error {{dynamic_extents<false, blue::shape<-1, 64>}}
// expected-error {{write input<Shape>(numbers, batch, Extents{length})}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Item = blue::shape<blue::dynamic, 64>;
using Net = blue::Sequential<blue::Linear<64, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[128] = {};
#if BLUE_EXPECT_FAIL
    const auto x = tape.input<Item>(features, 1);
#else
    const auto x = tape.input<Item>(features, 1, blue::Extents{2});
#endif
    return blue::forward(net, tape, x).samples.to_host()[0] > 0;
}
