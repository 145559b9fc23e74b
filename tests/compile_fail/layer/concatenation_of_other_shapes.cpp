// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: values that are concatenated agree in all axes but one}}
// expected-error {{concatenated<false, 1, blue::requirement::expected<blue::shape<2, 3>}}
// expected-error {{given<blue::shape<3, 4>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[12] = {};
    const auto x = tape.input<blue::shape<2, 3>>(numbers, 1);
#if BLUE_EXPECT_FAIL
    const auto y = tape.input<blue::shape<3, 4>>(numbers, 1);
#else
    const auto y = tape.input<blue::shape<2, 4>>(numbers, 1);
#endif
    return static_cast<int>(blue::concatenate<1>(x, y).to_host().size());
}
