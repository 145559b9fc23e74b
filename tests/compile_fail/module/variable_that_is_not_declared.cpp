// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the module has no random variable of this name}}
// expected-error {{variable_name<false, blue::spelled<'s', 'l', 'o', 'p', 'e'>, Slope, }}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
using Variables = blue::variables<>;
#else
using Variables = blue::variables<blue::variable<"slope", 64>>;
#endif

struct Slope : blue::Module<Slope, Variables> {
    auto forward(auto& pass, auto x) const { return x * pass.sample(*this, "slope"_v); }
};
using Net = blue::Sequential<Slope, blue::Linear<64, 2>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
