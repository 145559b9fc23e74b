// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: log_prob must take the weight and one number per parameter}}
// expected-error {{log_prob_parameters<false, Laplace, }}
// expected-error {{expected<blue::requirement::count<0>}}
// expected-error {{given<blue::requirement::count<1>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct Laplace {
#if !BLUE_EXPECT_FAIL
    using parameters = blue::parameters<blue::log_of<"scale">>;
#endif
    template <class T>
    static T log_prob(T w, T scale) {
        return -abs(w) / scale - log(2 * scale);
    }
};
using Net = blue::Sequential<blue::Linear<64, 32, blue::MeanFieldNormal, Laplace>, blue::ReLU,
                             blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
