// SPDX-License-Identifier: BSD-3-Clause
// A trained network in a program that only predicts: it reads the network from a file, takes one
// input at a time, and declines to answer where it does not know.
#include <blue/blue.hpp>
#include <blue/io/state_dict.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>

using Net = blue::Sequential<blue::Linear<1, 32>, blue::Tanh,   //
                             blue::Linear<32, 32>, blue::Tanh,  //
                             blue::Linear<32, 1>>;
using Noise = blue::Gaussian;
constexpr Noise noise{.std = 0.05};
constexpr float largest = 2;  // of the inputs to learn from

// What one program does: a sine with noise, of which it knows nothing between -0.6 and 0.6.
void train(const char* file) {
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    constexpr blue::Index n = 400;
    blue::Dataset<float> data{blue::Array<float>({n, 1}), blue::Array<float>({n, 1})};
    for (blue::Index i = 0; i < n; ++i) {
        const float u = 2 * blue::random::uniform<float>({3}, i) - 1;
        const float x = u < 0 ? -0.6f + 1.4f * u : 0.6f + 1.4f * u;
        const auto z = blue::random::draw_element<blue::noise::Normal, float>({}, {4}, i);
        data.inputs[i] = x;
        data.targets[i] = std::sin(2 * x) + static_cast<float>(noise.std) * z;
    }
    Net net{blue::Seed{1}, blue::posterior(blue::MeanFieldNormal{.std = 0.1})};
    blue::fit(net, blue::Elbo{noise, {.heat = 0.3}}, data,
              {.epochs = quick ? 5 : 1000,
               .samples = 8,
               .schedule = blue::Schedule::cosine(),
               .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 1e-2});
    blue::io::save(net, file);
}

// What another one does, without data, objective and optimiser.
class Sensor {
public:
    explicit Sensor(const char* file) { blue::io::load(net_, file); }
    Sensor(const Sensor&) = delete;  // predict_ refers to net_

    // The answer, unless the networks that the data allow disagree about it. Far from all data
    // their hidden units are saturated and they agree on something wrong, so the range is checked,
    // too.
    std::optional<double> operator()(float x) {
        if (std::abs(x) > largest) return std::nullopt;
        const blue::RealPrediction answer = predict_(blue::Array<float>({1, 1}, {x}));
        if (std::sqrt(answer.epistemic_variance[0]) > 3 * noise.std) return std::nullopt;
        return answer.mean[0];
    }

private:
    Net net_;
    blue::Predictor<Net, Noise> predict_{net_, noise, {.samples = 200}};
};

int main() {
    train("sine.safetensors");
    Sensor sensor("sine.safetensors");
    for (const float x : {-3.0f, -1.8f, -1.2f, -0.6f, -0.1f, 0.1f, 0.6f, 1.2f, 1.8f, 3.0f}) {
        std::printf("f(%4.1f) = ", static_cast<double>(x));
        if (const auto answer = sensor(x))
            std::printf("%5.2f, truly %5.2f\n", *answer, std::sin(2 * static_cast<double>(x)));
        else
            std::printf("not known\n");
    }
}
