// SPDX-License-Identifier: BSD-3-Clause
// Other assumptions by template argument: generic code over distributions, priors and the number
// type.
#include <blue/blue.hpp>

#include <cmath>
#include <cstdio>

template <class Q, class P, class B>
using Mlp =
    blue::Sequential<blue::Linear<1, 32, Q, P, B>, blue::Tanh, blue::Linear<32, 1, Q, P, B>>;

// Noisy sine; nothing is known between -1 and 1.
blue::Dataset<float> sine() {
    blue::Dataset<float> data{blue::Array<float>({200, 1}), blue::Array<float>({200, 1})};
    for (blue::Index i = 0; i < 200; ++i) {
        const float x = static_cast<float>(i) / 50 - (i < 100 ? 3.0f : 1.0f);
        const auto noise = blue::random::draw_element<blue::noise::Normal, float>({}, {7}, i);
        data.inputs[i] = x;
        data.targets[i] = std::sin(2 * x) + 0.1f * noise;
    }
    return data;
}

template <class Net>
void train_and_tell(const char* name) {
    Net net{blue::Seed{1}};
    blue::fit(net, blue::Elbo{blue::Gaussian{.std = 0.1}}, sine(),
              {.epochs = 400, .batch_size = 50, .samples = 4, .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 1e-2});
    const blue::Array<float> inputs({3, 1}, {-2.0f, 0.0f, 2.0f});
    const auto prediction = blue::predict(net, blue::Gaussian{.std = 0.1}, inputs);
    std::printf("%-28s", name);
    for (blue::Index i = 0; i < 3; ++i)
        std::printf("  f(%+.0f) = %+.2f +- %.2f", static_cast<double>(inputs[i]),
                    prediction.mean[i], prediction.std()[i]);
    std::printf("\n");
}

int main() {
    using blue::MeanFieldNormal, blue::NonBayesian, blue::UniformPrior;
    using B = blue::Cpu<float>;
    train_and_tell<Mlp<MeanFieldNormal, MeanFieldNormal, B>>("normal, normal prior");
    train_and_tell<Mlp<MeanFieldNormal, MeanFieldNormal, blue::Cpu<double>>>("the same in double");
    train_and_tell<Mlp<blue::per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal, B>>(
        "point estimates of biases");
    train_and_tell<Mlp<NonBayesian, UniformPrior, B>>("no uncertainty about weights");
}
