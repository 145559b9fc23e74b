// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// An LSTM with 64 hidden units that gives a class to sequences: a training step.
#include "workloads.hpp"

#include <blue/blue.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace bench {

namespace {

constexpr blue::Index hidden = 64, inputs = 16, length = 32, classes = 10;
using Net =
    blue::Sequential<blue::LSTM<inputs, hidden, blue::final_output>, blue::Linear<hidden, classes>>;

/// Forward, torch_blue's loss, backward and Adam on one batch.
class LSTMTrain final : public Workload {
public:
    explicit LSTMTrain(const Parameters& parameters)
        : samples_(parameters.samples), batch_(parameters.batch) {
        std::mt19937 generator(1);
        std::normal_distribution<float> normal;
        std::uniform_int_distribution<std::int32_t> digit(0, classes - 1);
        for (blue::Index i = 0; i < batch_ * length * inputs; ++i)
            sequences_.push_back(normal(generator));
        for (blue::Index i = 0; i < batch_; ++i) labels_.push_back(digit(generator));
    }

    double step() override {
        tape_.reset();
        const auto x = tape_.input<blue::shape<length, inputs>>(sequences_.data(), batch_);
        const auto y = blue::make_labels(tape_, labels_.data(), batch_, classes);
        const auto result = blue::forward(net_, tape_, x,
                                          {.samples = samples_,
                                           .seed = blue::Seed{2},
                                           .pass = pass_++,
                                           .norm_constants = objective_.norm_constants});
        const auto loss = objective_(result, y);
        blue::backward(loss);
        optimizer_.step(net_, tape_);
        return loss.total.value();
    }

private:
    blue::Index samples_, batch_;
    std::vector<float> sequences_;
    std::vector<std::int32_t> labels_;
    Net net_{blue::Seed{1}};
    blue::KullbackLeiblerLoss<blue::Categorical> objective_{
        {}, {.dataset_size = blue::DatasetSize{60'000}}};
    blue::Tape<blue::Cpu<float>> tape_;
    blue::Optimizer<blue::Adam, blue::Cpu<float>> optimizer_ =
        blue::make_optimizer(net_, blue::Adam{.learning_rate = 1e-3});
    std::uint64_t pass_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_lstm_train(const Parameters& parameters) {
    if (parameters.width != hidden) throw Unsupported("the LSTM is compiled for width 64");
    return std::make_unique<LSTMTrain>(parameters);
}

}  // namespace bench
