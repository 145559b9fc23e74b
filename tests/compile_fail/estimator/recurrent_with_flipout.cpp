// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{only linear and convolutions can estimate a variable without drawn weights}}
// expected-error {{drawn_weights<false, blue::shape<12, 3>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Net = blue::Sequential<blue::GRU<3, 4, blue::Flipout<blue::MeanFieldNormal>>>;
#else
using Net = blue::Sequential<blue::GRU<3, 4>>;
#endif

int main() {
    const Net net{blue::Seed{1}};
    const float numbers[30] = {};
    blue::Tape<blue::Cpu<float>> tape;
    const auto x = tape.input<blue::shape<5, 3>>(numbers, 2);
    return static_cast<int>(blue::forward(net, tape, x).samples.batch());
}
