// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: an extent cannot be told from the number of elements when two are dynamic}}
// expected-error {{one_dynamic_extent<false, blue::requirement::given<blue::shape<-1, -1}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Item = blue::shape<blue::dynamic, blue::dynamic>;
#else
using Item = blue::shape<2, blue::dynamic>;
#endif

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[8] = {};
    const auto x = tape.input<blue::shape<8>>(numbers, 1).as<Item>();
    return static_cast<int>(softmax(x).to_host()[0]);
}
