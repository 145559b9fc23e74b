// SPDX-License-Identifier: BSD-3-Clause
// A distribution that the library does not have, from two formulas; the library checks it, too.
#include <blue/blue.hpp>

#include <cstdio>

struct MeanFieldGumbel {
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

// A prior needs log_prob only. This one asks for nothing: the Laplace density of scale 0.5.
struct LaplacePrior {
    template <class T>
    static T log_prob(T w) {
        return -abs(w) / 0.5;
    }
};

using Net = blue::Sequential<blue::Linear<2, 16, MeanFieldGumbel, LaplacePrior>, blue::Tanh,
                             blue::Linear<16, 2, MeanFieldGumbel, LaplacePrior>>;

int main() {
    // Two classes: inside and outside of a circle.
    blue::Dataset<std::int32_t> points{blue::Array<float>({2000, 2}),
                                       blue::Array<std::int32_t>({2000})};
    for (blue::Index i = 0; i < 2000; ++i) {
        const float x = 2 * blue::random::uniform<float>({1}, 2 * i) - 1;
        const float y = 2 * blue::random::uniform<float>({1}, 2 * i + 1) - 1;
        points.inputs[2 * i] = x;
        points.inputs[2 * i + 1] = y;
        points.targets[i] = x * x + y * y < 0.5f;
    }
    Net net{blue::Seed{1}};
    std::printf("%td numbers to train, such as %s\n", blue::parameter_count<Net>,
                blue::variational_parameter_names<Net>[1].data());
    blue::fit(net, blue::Elbo{blue::Categorical{}}, points,
              {.epochs = 100, .samples = 8, .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 2e-2});
    const auto report = blue::evaluate(net, blue::Categorical{}, points);
    std::printf("accuracy %.1f %%, NLL %.3f nats\n", 100 * report.accuracy,
                report.negative_log_likelihood);
    return report.accuracy > 0.9 ? 0 : 1;
}
