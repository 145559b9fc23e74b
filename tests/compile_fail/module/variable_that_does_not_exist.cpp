// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the module has no random variable of this name}}
// expected-error {{variable_name<false, blue::spelled<'w', 'i', 'e', 'g', 'h', 't'>, Affine, }}
// expected-error {{known<blue::spelled<'w', 'e', 'i', 'g', 'h', 't'>, }}
// expected-error {{blue::spelled<'b', 'i', 'a', 's'>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
using Name = blue::name<"wieght">;
#else
using Name = blue::name<"weight">;
#endif

struct Affine
    : blue::Module<Affine,
                   blue::variables<blue::variable<"weight", 10, 64>, blue::variable<"bias", 10>>> {
    auto forward(auto& pass, auto x) const {
        return linear(x, pass.sample(*this, Name{}), pass.sample(*this, "bias"_v));
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
