// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: another shape must have as many elements}}
// expected-error {{reshaped<false, blue::requirement::expected<blue::shape<3, 28, 28>}}
// expected-error {{given<blue::shape<1, 28, 28>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Net : blue::Module<Net, blue::variables<>> {
    auto forward(auto&, auto x) const {
#if BLUE_EXPECT_FAIL
        return blue::reshape<3, 28, 28>(x);
#else
        return blue::reshape<28, 28>(x);
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
