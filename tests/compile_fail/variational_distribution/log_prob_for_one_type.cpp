// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: log_prob of the distribution in generic_log_prob<...> must work for}}
// expected-error {{generic_log_prob<false, Logistic>}}
// expected-lines g++ 20 clang 35 nvcc 15
#include <blue/blue.hpp>

#include <cmath>

struct Logistic {
    using parameters = blue::parameters<blue::real<"loc">, blue::log_of<"scale">>;
    using noise = blue::noise::Logistic;
    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
#if BLUE_EXPECT_FAIL
    static double log_prob(double w, double loc, double scale) {
        const double z = (w - loc) / scale;
        return -z - std::log(scale) - 2 * std::log1p(std::exp(-z));
    }
#else
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        const T z = (w - loc) / scale;
        return -z - log(scale) - 2 * softplus(-z);
    }
#endif
};
using Net = blue::Sequential<blue::Linear<64, 32, Logistic>, blue::ReLU, blue::Linear<32, 10>>;

int main() {
    const Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    const float features[64] = {};
    const auto output = blue::forward(net, tape, tape.input<blue::shape<64>>(features, 1));
    return output.samples.to_host()[0] > 0;
}
