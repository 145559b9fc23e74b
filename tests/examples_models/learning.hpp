// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether a model learns: some steps on one small batch.
#pragma once

#include <blue/blue.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace blue_test {

/// The parameters of a model as a network of point estimates: distributions have several per
/// weight.
template <class Net>
inline constexpr blue::Index weight_count =
    blue::parameter_count<blue::with_policies<Net, blue::NonBayesian>>;

/// What some steps did.
struct Learning {
    double first_loss, last_loss;  ///< nats for the batch
    /// Variables whose gradient was 0 or not finite in a step.
    std::string without_gradient;
};

/// Numbers between 0 and 1 for a batch.
template <class Net>
std::vector<float> uniform_inputs(blue::Index batch) {
    std::vector<float> numbers(static_cast<std::size_t>(batch * blue::input_shape_of<Net>::size));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = blue::random::uniform<float>({1}, static_cast<blue::Index>(i));
    return numbers;
}

/// Takes steps on one batch with the same noise in each, so that the loss is one function of the
/// parameters, and without the divergence, so that gradients are those of the outputs alone.
template <class Net>
Learning learn(Net& net, const std::vector<float>& inputs, const std::vector<std::int32_t>& labels,
               int steps, double learning_rate) {
    using Input = blue::input_shape_of<Net>;
    const auto batch = static_cast<blue::Index>(inputs.size()) / Input::size;
    blue::Elbo objective{blue::Categorical{},
                         {.dataset_size = blue::DatasetSize{batch}, .heat = 0}};
    auto optimizer = blue::make_optimizer(net, blue::Adam{.learning_rate = learning_rate});
    blue::Tape<blue::Cpu<float>> tape;
    Learning result{};
    for (int step = 0; step < steps; ++step) {
        tape.reset();
        const auto x = tape.input<Input>(inputs.data(), batch);
        const auto output = blue::forward<blue::Scores::divergence>(net, tape, x, {.samples = 2});
        const auto loss = objective(
            output, blue::make_labels(tape, labels.data(), static_cast<blue::Index>(labels.size()),
                                      blue::last_extent<blue::output_shape_of<Net>>));
        result.last_loss = static_cast<double>(loss.total.value());
        if (step == 0) result.first_loss = result.last_loss;
        blue::backward(loss);
        const auto norms = blue::gradient_norms(tape);
        for (std::size_t i = 0; i < norms.size(); ++i) {
            const std::string name(blue::random_variable_names<Net>[i]);
            const bool is_buffer = name.find("running_") != name.npos;
            if (!is_buffer && !(norms[i] > 0 && std::isfinite(norms[i])))
                result.without_gradient += name + "\n";
        }
        optimizer.step(net, tape);
    }
    return result;
}

}  // namespace blue_test
