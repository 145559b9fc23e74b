// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: values of different shapes cannot be combined elementwise}}
// expected-error {{same_shape<false, blue::requirement::expected<blue::shape<20>}}
// expected-error {{given<blue::shape<10>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#if BLUE_EXPECT_FAIL
constexpr blue::Index gate_width = 20;
#else
constexpr blue::Index gate_width = 10;
#endif

struct Gate : blue::Module<Gate, blue::variables<>> {
    blue::Linear<64, 10> value;
    blue::Linear<64, gate_width> gate;
    using children = blue::children<&Gate::value, &Gate::gate>;

    auto forward(auto& pass, auto x) const { return sigmoid(gate(pass, x)) * value(pass, x); }
};

int main() {
    const blue::Sequential<Gate, blue::Linear<10, 2>> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
