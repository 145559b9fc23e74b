// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: linear(x, weight, bias) needs a weight of shape<Out, In>}}
// expected-error {{weight_matrix<false, blue::requirement::given<blue::shape<10>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

struct Affine
    : blue::Module<Affine,
                   blue::variables<blue::variable<"weight", 10, 64>, blue::variable<"bias", 10>>> {
    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        const auto bias = pass.sample(*this, "bias"_v);
#if BLUE_EXPECT_FAIL
        return linear(x, bias, weight);
#else
        return linear(x, weight, bias);
#endif
    }
};

int main() {
    const auto net = blue::make<Affine>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
