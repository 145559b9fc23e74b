// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the bias of linear needs one number per row of the weight}}
// expected-error {{bias_width<false, blue::requirement::expected<blue::shape<10>}}
// expected-error {{given<blue::shape<64>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
using Bias = blue::variable<"bias", 64>;
#else
using Bias = blue::variable<"bias", 10>;
#endif

struct Affine : blue::Module<Affine, blue::variables<blue::variable<"weight", 10, 64>, Bias>> {
    auto forward(auto& pass, auto x) const {
        return linear(x, pass.sample(*this, "weight"_v), pass.sample(*this, "bias"_v));
    }
};

int main() {
    const auto net = blue::make<Affine>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
