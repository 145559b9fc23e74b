// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: prelu needs one slope, or one per channel, the first axis of its input}}
// expected-error {{slopes<false, blue::requirement::expected<blue::shape<4}}
// expected-error {{given<blue::shape<3}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
inline constexpr blue::Index channels = 3;
#else
inline constexpr blue::Index channels = 4;
#endif

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[4]{};
    const auto x = tape.input<blue::shape<4>>(numbers, 1);
    const auto slope = tape.input<blue::shape<channels>>(numbers, 1);
    return static_cast<int>(prelu(x, slope).to_host().size());
}
