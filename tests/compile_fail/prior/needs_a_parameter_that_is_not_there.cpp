// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the prior asks for a parameter that the variational distribution}}
// expected-error {{required_parameter<false, QuietPrior, Logistic, }}
// expected-error {{missing<blue::spelled<'m', 'e', 'a', 'n'>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

struct QuietPrior {
    using required_parameters = blue::names<"mean">;
    template <class T>
    static T log_prob(T w, T mean) {
        return -0.5 * square(w - mean);
    }
};
struct Logistic {
    using parameters = blue::parameters<blue::real<"loc">, blue::log_of<"scale">>;
    using noise = blue::noise::Logistic;
    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        const T z = (w - loc) / scale;
        return -z - log(scale) - 2 * softplus(-z);
    }
};
#if BLUE_EXPECT_FAIL
using Q = Logistic;
#else
using Q = blue::MeanFieldNormal;
#endif
using Net = blue::Sequential<blue::Linear<64, 32, Q, QuietPrior>, blue::ReLU, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
