// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: describe does not know what the model takes}}
// expected-error {{described_input<false, blue::Sequential<blue::ReLU, blue::Linear<64, 10>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using Net = blue::Sequential<blue::ReLU, blue::Linear<64, 10>>;

int main() {
#if BLUE_EXPECT_FAIL
    return blue::describe<Net>().empty();
#else
    return blue::describe<Net, blue::shape<64>>().empty();
#endif
}
