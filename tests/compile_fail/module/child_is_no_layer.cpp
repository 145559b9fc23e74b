// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: not a layer, see the place and the type in layer<...>}}
// expected-error {{layer<false, blue::spelled<'s', 'c', 'a', 'l', 'e'>, }}
// expected-error {{blue::requirement::given<double>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Scaled : blue::Module<Scaled, blue::variables<>> {
    blue::Linear<64, 10> linear;
    double scale = 2;
#if BLUE_EXPECT_FAIL
    using children = blue::children<&Scaled::linear, &Scaled::scale>;
#else
    using children = blue::children<&Scaled::linear>;
#endif

    auto forward(auto& pass, auto x) const {
        return scale * linear(pass, x);
    }
};

int main() {
    const auto net = blue::make<Scaled>(blue::Seed{1});
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
