// SPDX-License-Identifier: BSD-3-Clause
// A training loop written out: everything that fit does is public.
#include <blue/blue.hpp>

#include <cstdio>
#include <vector>

using Net = blue::Sequential<blue::Linear<2, 16>, blue::Tanh, blue::Linear<16, 2>>;

int main() {
    // Is x > y?
    constexpr blue::Index batch = 64;
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
    for (blue::Index i = 0; i < batch; ++i) {
        inputs.push_back(blue::random::uniform<float>({1}, 2 * i));
        inputs.push_back(blue::random::uniform<float>({1}, 2 * i + 1));
        labels.push_back(inputs[inputs.size() - 2] > inputs.back());
    }

    Net net{blue::Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;  // the memory of a pass, used again by the next
    blue::Elbo objective{blue::Categorical{}, {.dataset_size = blue::DatasetSize{batch}}};
    auto optimizer = blue::make_optimizer(net, blue::Adam{.learning_rate = 1e-2});
    for (std::uint64_t step = 0; step < 500; ++step) {
        tape.reset();
        const auto x = tape.input<blue::shape<2>>(inputs.data(), batch);
        const auto y = blue::make_labels(tape, labels.data(), batch, 2);
        const auto result = blue::forward<blue::Scores::divergence>(
            net, tape, x, {.samples = 10, .seed = blue::Seed{1}, .pass = step});
        const auto loss = objective(result, y);
        blue::backward(loss);
        optimizer.step(net, tape);
        if (step % 100 == 0)
            std::printf("step %3d: loss %7.2f nats, KL %.2f\n", static_cast<int>(step),
                        static_cast<double>(loss.total.value()), loss.values().divergence);
    }

    // The log probs of a pass: one entry per random variable, addressed by layer and name.
    tape.reset();
    const auto x = tape.input<blue::shape<2>>(inputs.data(), batch);
    const auto result = blue::forward(net, tape, x, {.samples = 3});
    const auto weight = result.log_probs.get<2, "weight">();
    std::printf("log q - log p of the last layer's weights, three draws: %.1f %.1f %.1f nats\n",
                weight.variational[0] - weight.prior[0], weight.variational[1] - weight.prior[1],
                weight.variational[2] - weight.prior[2]);
}
