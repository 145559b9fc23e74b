// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{one of your own needs using parameters = blue::parameters<...>}}
// expected-error {{has_parameters<false, Shifted>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Shifted {
#if BLUE_EXPECT_FAIL
    using parameters = blue::names<"loc">;
#else
    using parameters = blue::parameters<blue::real<"loc">>;
#endif
    using noise = blue::noise::Logistic;
    template <class T>
    static T sample(T noise, T loc) {
        return loc + noise;
    }
    template <class T>
    static T log_prob(T w, T loc) {
        return loc - w - 2 * softplus(loc - w);
    }
};

int main() {
    blue::Sequential<blue::Linear<4, 1, Shifted>> net{blue::Seed{1}};
    const blue::Dataset<float> data{blue::Array<float>({4, 4}), blue::Array<float>({4})};
    blue::fit(net, blue::Elbo{blue::Gaussian{}}, data);
}
