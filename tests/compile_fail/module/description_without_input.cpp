// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: fit and predict need to know the shape of one input}}
// expected-error {{input_shape<false, blue::requirement::given<blue::ReLU>}}
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
