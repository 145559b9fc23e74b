// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: the mean of the variational distribution in known_mean<...> is not known}}
// expected-error {{known_mean<false, Skewed>}}
// expected-error {{or freeze to draws with freeze(model, Seed{1})}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Skewed {
    using parameters = blue::parameters<blue::real<"mode">, blue::log_of<"scale">>;
    using noise = blue::noise::Gumbel;
    template <class T>
    static T sample(T noise, T mode, T scale) {
        return mode + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T mode, T scale) {
        const T z = (w - mode) / scale;
        return -z - exp(-z) - log(scale);
    }
};

int main() {
    blue::Sequential<blue::Linear<2, 3, Skewed>> net{blue::Seed{1}};
#if BLUE_EXPECT_FAIL
    freeze(net);
#else
    freeze(net, blue::Seed{1});
#endif
}
