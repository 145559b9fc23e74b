// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A transformer encoder of 2 layers with 4 heads that gives a class to each element of a sequence:
/// a training step.
#include "workloads.hpp"

#include <blue/blue.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace bench {

namespace {

constexpr blue::Index width = 64, length = 32, classes = 10;
using Layer = blue::TransformerEncoderLayer<width, 4, 2 * width>;
using Net = blue::Sequential<blue::TransformerEncoder<2, Layer>, blue::Linear<width, classes>>;

/// Forward, torch_blue's loss, backward and Adam on one batch.
class TransformerTrain final : public Workload {
public:
    explicit TransformerTrain(const Parameters& parameters)
        : samples_(parameters.samples), batch_(parameters.batch) {
        std::mt19937 generator(1);
        std::normal_distribution<float> normal;
        std::uniform_int_distribution<std::int32_t> digit(0, classes - 1);
        for (blue::Index i = 0; i < batch_ * length * width; ++i)
            sequences_.push_back(normal(generator));
        for (blue::Index i = 0; i < batch_ * length; ++i) labels_.push_back(digit(generator));
    }

    double step() override {
        tape_.reset();
        const auto x = tape_.input<blue::shape<blue::dynamic, width>>(sequences_.data(), batch_,
                                                                      blue::Extents{length});
        const auto y = blue::make_labels(tape_, labels_.data(), batch_ * length, classes);
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

std::unique_ptr<Workload> make_transformer_train(const Parameters& parameters) {
    if (parameters.width != width) throw Unsupported("the transformer is compiled for width 64");
    return std::make_unique<TransformerTrain>(parameters);
}

}  // namespace bench
