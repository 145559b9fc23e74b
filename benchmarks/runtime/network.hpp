// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network that gives classes to rows of random numbers: a training step and a prediction.
#pragma once

#include "backend.hpp"

#include <cstdint>
#include <numeric>
#include <random>

namespace bench {

/// Inputs out of random numbers, the same in every run.
template <class Net>
blue::Array<float> random_inputs(blue::Index batch) {
    blue::Array<float> inputs({batch, blue::input_shape_of<Net>::size});
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    for (float& number : inputs) number = normal(generator);
    return inputs;
}
/// A label for each row of outputs.
template <class Net>
blue::Array<std::int32_t> random_labels(blue::Index batch) {
    using Output = blue::output_shape_of<Net>;
    blue::Array<std::int32_t> labels({batch * (Output::size / blue::last_extent<Output>)});
    std::mt19937 generator(2);
    std::uniform_int_distribution<std::int32_t> some_class(0, blue::last_extent<Output> - 1);
    for (std::int32_t& label : labels) label = some_class(generator);
    return labels;
}

/// Forward, objective, backward and Adam on one batch, which lies where the network computes.
/// \tparam SamplesPerChunk weight samples of which the tape holds something at a time; 0 for all
template <class Network, class Objective = blue::KullbackLeiblerLoss<blue::Categorical>,
          blue::Index SamplesPerChunk = 0>
class Train final : public Workload {
    using Net = OnBackend<Network>;
    using Tape = blue::Tape<blue::backend_of<Net>>;
    using Input = blue::input_shape_of<Net>;

public:
    explicit Train(const Parameters& parameters)
        : samples_(parameters.samples),
          inputs_(random_inputs<Net>(parameters.batch)),
          labels_(random_labels<Net>(parameters.batch)) {}

    double step() override {
        const blue::ForwardOptions options{.samples = samples_,
                                           .seed = blue::Seed{2},
                                           .pass = pass_++,
                                           .norm_constants = objective_.norm_constants};
        const auto input = [&](Tape& tape) {
            return decltype(x_){&tape, tape.view(x_.node->value, 1, inputs_.rows(), Input::size)};
        };
        const auto loss_of = [&](const auto& result) { return objective_(result, y_); };
        const auto loss = [&] {
            if constexpr (SamplesPerChunk > 0) {
                return chunks_.template backward<Objective::scores>(net_, tape_, options, input,
                                                                    loss_of);
            } else {
                tape_.reset();
                const auto all =
                    loss_of(blue::forward<Objective::scores>(net_, tape_, input(tape_), options));
                blue::backward(all);
                return all;
            }
        }();
        optimizer_.step(net_, tape_);
        return loss.total.value();
    }

private:
    blue::Index samples_;
    blue::Array<float> inputs_;
    blue::Array<std::int32_t> labels_;
    Net net_{blue::Seed{1}};
    Objective objective_{{}, {.dataset_size = blue::DatasetSize{60'000}}};
    Tape data_, tape_;
    decltype(data_.template input<Input>(nullptr, 1)) x_ =
        data_.template input<Input>(inputs_.data(), inputs_.rows());
    blue::Labels<blue::backend_of<Net>> y_ = blue::make_labels(
        data_, labels_.data(), labels_.size(), blue::last_extent<blue::output_shape_of<Net>>);
    blue::Optimizer<blue::Adam, blue::backend_of<Net>> optimizer_ =
        blue::make_optimizer(net_, blue::Adam{.learning_rate = 1e-3});
    blue::SampleChunks<blue::backend_of<Net>> chunks_{net_,
                                                      std::max<blue::Index>(SamplesPerChunk, 1)};
    std::uint64_t pass_ = 0;
};

/// `predict` on one batch, with new draws each time as with new inputs.
template <class Network>
class Predict final : public Workload {
public:
    explicit Predict(const Parameters& parameters)
        : samples_(parameters.samples),
          inputs_(random_inputs<OnBackend<Network>>(parameters.batch)) {}

    double step() override {
        const blue::ClassPrediction prediction =
            blue::predict(net_, blue::Categorical{}, inputs_,
                          {.samples = samples_,
                           .samples_per_chunk = samples_per_chunk,
                           .seed = blue::Seed{seed_++}});
        return std::accumulate(prediction.probabilities.begin(), prediction.probabilities.end(),
                               0.0);
    }

private:
    blue::Index samples_;
    blue::Array<float> inputs_;
    OnBackend<Network> net_{blue::Seed{1}};
    std::uint64_t seed_ = 2;
};

}  // namespace bench
