// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer does not take what comes before it}}
// expected-error {{layer_input<false, blue::requirement::position<1>, blue::PositionEmbedding<4, 3>, }}
// expected-error {{expected<blue::shape<4, 3>}}
// expected-error {{given<blue::shape<5, 3>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
using Sequence = blue::Reshape<5, 3>;
#else
using Sequence = blue::Reshape<2, 3>;
#endif
using Net = blue::Sequential<Sequence, blue::PositionEmbedding<4, 3>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const std::vector<float> numbers(15, 0.5f);
    const auto x = tape.input<blue::input_shape_of<Net>>(numbers.data(), 1);
    return blue::forward(net, tape, x).samples.samples() != 1;
}
