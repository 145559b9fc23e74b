// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: affine needs one factor and one offset per channel}}
// expected-error {{channels<false, blue::requirement::expected<blue::shape<4}}
// expected-error {{change the extent of the variable, or the shape of the input}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
inline constexpr blue::Index channels = 3;
#else
inline constexpr blue::Index channels = 4;
#endif

using B = blue::Cpu<float>;

struct Scale
    : blue::Module<Scale, blue::variables<blue::parameter<"factor", blue::ones, channels>>> {
    auto forward(auto& pass, auto x) const {
        using namespace blue::literals;
        return affine(x, pass.sample(*this, "factor"_v));
    }
};

int main() {
    const auto scale = blue::make<Scale>(blue::Seed{1});
    blue::Tape<B> tape;
    const float numbers[4]{};
    return forward(scale, tape, tape.input<blue::shape<4>>(numbers, 1)).samples.samples() > 1;
}
