// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: pooling, padding and upsampling need extents that are known}}
// expected-error {{fixed_extents<false, blue::requirement::given<blue::shape<3, -1>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Series = blue::shape<3, blue::dynamic>;
constexpr blue::Extents length{16};
#else
using Series = blue::shape<3, 16>;
constexpr blue::Extents<0> length{};
#endif

int main() {
    const blue::Sequential<blue::MaxPool1d<2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[48] = {};
    const auto output = blue::forward(net, tape, tape.input<Series>(numbers, 1, length));
    return output.samples.to_host()[0] > 0;
}
