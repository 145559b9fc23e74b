// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: values on a tape need extents that are known at compile time}}
// expected-error {{static_shape<false, blue::requirement::given<blue::shape<-1, 64>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Item = blue::shape<blue::dynamic, 64>;
#else
using Item = blue::shape<2, 64>;
#endif
using Net = blue::Sequential<blue::Linear<64, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[128] = {};
    const auto output = blue::forward(net, tape, tape.input<Item>(features, 1));
    return output.samples.to_host()[0] > 0;
}
