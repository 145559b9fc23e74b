// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: slice takes Count entries from First on of an axis}}
// expected-error {{slice<false, 2, 3, blue::requirement::given<blue::shape<4}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr blue::Index first = 2;
#else
constexpr blue::Index first = 1;
#endif

int main() {
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[4] = {1, 2, 3, 4};
    const auto x = tape.input<blue::shape<4>>(numbers, 1);
    return static_cast<int>(blue::slice_last<first, 3>(x).to_host().size());
}
