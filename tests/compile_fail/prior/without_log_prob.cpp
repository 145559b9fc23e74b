// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the distribution in has_log_prob<...> lacks log_prob}}
// expected-error {{has_log_prob<false, Flat>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Flat {
#if !BLUE_EXPECT_FAIL
    template <class T>
    static T log_prob(T) {
        return T(0);
    }
#endif
};
using Net = blue::Sequential<blue::Linear<64, 32, blue::MeanFieldNormal, Flat>, blue::ReLU,
                             blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
