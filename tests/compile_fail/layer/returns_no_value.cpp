// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: a layer within a model must return one value on the tape (Var)}}
// expected-error {{layer_output<false, blue::requirement::position<1>, Constant, }}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

struct Constant : blue::Module<Constant, blue::variables<blue::variable<"value", 10>>> {
    auto forward(auto& pass, auto) const {
#if BLUE_EXPECT_FAIL
        return pass.sample(*this, "value"_v);
#else
        return as_var(pass.sample(*this, "value"_v));
#endif
    }
};
using Net = blue::Sequential<blue::Linear<64, 32>, Constant, blue::Linear<10, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
