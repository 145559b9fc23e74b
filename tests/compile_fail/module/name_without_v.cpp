// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: pass.sample takes a name as a literal with _v}}
// expected-error {{name_literal<false, }}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

struct Affine : blue::Module<Affine, blue::variables<blue::variable<"weight", 10, 64>>> {
    auto forward(auto& pass, auto x) const {
#if BLUE_EXPECT_FAIL
        return linear(x, pass.sample(*this, "weight"));
#else
        return linear(x, pass.sample(*this, "weight"_v));
#endif
    }
};
using Net = blue::Sequential<Affine, blue::ReLU, blue::Linear<10, 2>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
