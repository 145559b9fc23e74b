// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the layer takes items of channels and as many axes as its name says}}
// expected-error {{item_axes<false, blue::requirement::axes<1>, blue::requirement::given<blue::shape<1, 28, 28>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Net : blue::Module<Net, blue::variables<>> {
    auto forward(auto& pass, auto x) const {
#if BLUE_EXPECT_FAIL
        return blue::MaxPool1d<2>{}(pass, x);
#else
        return blue::MaxPool2d<2>{}(pass, x);
#endif
    }
};

int main() {
    const Net net;
    blue::Tape<blue::Cpu<float>> tape;
    const float image[784] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<1, 28, 28>>(image, 1));
    return output.samples.to_host()[0] > 0;
}
