// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: linear does not fit its input}}
// expected-error {{width<false, blue::shape<512, 784>, }}
// expected-error {{expected<blue::shape<784>}}
// expected-error {{given<blue::shape<512>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

using namespace blue::literals;

struct Twice : blue::Module<Twice, blue::variables<blue::variable<"first", 512, 784>,
                                                   blue::variable<"second", 10, 512>>> {
    auto forward(auto& pass, auto x) const {
        const auto hidden = relu(linear(x, pass.sample(*this, "first"_v)));
#if BLUE_EXPECT_FAIL
        return linear(hidden, pass.sample(*this, "first"_v));
#else
        return linear(hidden, pass.sample(*this, "second"_v));
#endif
    }
};

int main() {
    const blue::Sequential<blue::Flatten<28, 28>, Twice> net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
