// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: moment propagation needs mean and variance of the weights}}
// expected-error {{has_moments<false, Skewed>}}
// expected-error {{add expectation(parameters...) and variance(parameters...)}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Skewed {
    using parameters = blue::parameters<blue::real<"mean">>;
    using noise = blue::noise::Normal;
    template <class T>
    static T sample(T noise, T mean) {
        return mean + exp(noise);
    }
    template <class T>
    static T log_prob(T w, T mean) {
        const T noise = log(w - mean);
        return -0.5 * square(noise) - noise;
    }
#if !BLUE_EXPECT_FAIL
    template <class T>
    static T expectation(T mean) {
        return mean + 1.64872127070012815;
    }
    template <class T>
    static T variance(T) {
        return T(4.67077427047160500);
    }
#endif
};

int main() {
    blue::Sequential<blue::Linear<2, 3, Skewed>> net{blue::Seed{1}};
    blue::predict(net, blue::Gaussian{}, blue::Array<float>({4, 2}), blue::MomentPropagation{});
}
