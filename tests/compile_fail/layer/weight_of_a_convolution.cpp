// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: convolution needs a weight of shape<Out, In / groups, kernel...> with one to three axes}}
// expected-error {{convolution_weight<false, }}
// expected-error {{given<blue::shape<6, 2>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

using namespace blue::literals;

#if BLUE_EXPECT_FAIL
using Weight = blue::variable<"weight", 6, 2>;
using Bias = blue::variable<"bias", 6>;
#else
using Weight = blue::variable<"weight", 6, 2, 3>;
using Bias = blue::variable<"bias", 6>;
#endif

struct Own : blue::Module<Own, blue::variables<Weight, Bias>> {
    auto forward(auto& pass, auto x) const {
        return convolution<blue::stride<2>>(x, pass.sample(*this, "weight"_v),
                                            pass.sample(*this, "bias"_v));
    }
};

int main() {
    const auto net = blue::make<Own>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float numbers[16] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<2, 8>>(numbers, 1));
    return output.samples.to_host()[0] > 0;
}
