// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: moped cannot set the scales of the distribution}}
// expected-error {{scaled_elements<false, Gumbel>}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

struct Gumbel {
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
#if !BLUE_EXPECT_FAIL
    template <class T>
    static T standard_log_prob(T z) {
        return -z - exp(-z);
    }
#endif
};
using Point = blue::Sequential<blue::Linear<4, 3, blue::NonBayesian>>;
using Net = blue::Sequential<blue::Linear<4, 3, Gumbel, blue::CentredPrior<>>>;

int main() {
    const Point point{blue::Seed{1}};
    Net net{blue::Seed{2}};
    blue::moped(net, point);
}
