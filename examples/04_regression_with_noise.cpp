// SPDX-License-Identifier: BSD-3-Clause
// Regression where the noise depends on the input and data is missing in the middle: the network
// predicts both, and tells noise in the data (aleatoric) from what it does not know (epistemic).
#include <blue/blue.hpp>

#include "support/bands.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

using Net = blue::Sequential<blue::Linear<1, 32>, blue::Tanh,   //
                             blue::Linear<32, 32>, blue::Tanh,  //
                             blue::Linear<32, 2>>;              // a mean and a raw scale

// y = sin(2 x) with noise that grows from left to right; nothing between -0.6 and 0.6.
float noise_std(float x) {
    return 0.05f + 0.1f * (x + 2);
}
blue::Dataset<float> noisy_sine(blue::Index n) {
    blue::Dataset<float> data{blue::Array<float>({n, 1}), blue::Array<float>({n, 1})};
    for (blue::Index i = 0; i < n; ++i) {
        const float u = 2 * blue::random::uniform<float>({3}, i) - 1;
        const float x = u < 0 ? -0.6f + 1.4f * u : 0.6f + 1.4f * u;
        const auto noise = blue::random::draw_element<blue::noise::Normal, float>({}, {4}, i);
        data.inputs[i] = x;
        data.targets[i] = std::sin(2 * x) + noise_std(x) * noise;
    }
    return data;
}

int main() {
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    const auto train = noisy_sine(600);
    const blue::HeteroscedasticGaussian likelihood;
    Net net{blue::Seed{1}, blue::posterior(blue::MeanFieldNormal{.std = 0.1})};
    blue::fit(net, blue::Elbo{likelihood, {.heat = 0.3}}, train,
              {.epochs = quick ? 5 : 1500,
               .batch_size = 100,
               .samples = 8,
               .schedule = blue::Schedule::cosine(),
               .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 1e-2});

    blue::Array<float> inputs({241, 1});
    for (blue::Index i = 0; i < 241; ++i) inputs[i] = 0.02f * static_cast<float>(i - 120);
    const auto prediction = blue::predict(net, likelihood, inputs, {.samples = 400});
    std::printf("    x    mean   noise (true)   not known\n");
    for (blue::Index i : {20, 70, 120, 170, 220})
        std::printf("%5.1f  %6.2f  %6.2f (%4.2f)  %9.2f\n", static_cast<double>(inputs[i]),
                    prediction.mean[i], std::sqrt(prediction.aleatoric_variance[i]),
                    static_cast<double>(noise_std(inputs[i])),
                    std::sqrt(prediction.epistemic_variance[i]));
    blue_examples::write_bands("regression.html", train, inputs, prediction);
    std::printf("regression.html shows data, mean and both bands\n");
}
