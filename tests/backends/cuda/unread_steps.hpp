// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Steps of training that wait for nothing, on any backend.
#pragma once

#include "backends/cuda/models.hpp"

#include <vector>

namespace blue_test {

template <class B>
using SmallMlp =
    blue::Sequential<blue::Linear<8, 30, MeanFieldNormal, MeanFieldNormal, B>, blue::ReLU,
                     blue::Linear<30, 4, MeanFieldNormal, MeanFieldNormal, B>>;

/// Parameters and the last loss after steps that read nothing.
/// \param batch of a step, from its number; \param pass of a step, likewise; \param begin is called
/// before each step
template <class B, class Rule, class Batch, class Pass>
std::vector<double> train_unread(
    const Rule& rule, int steps, Batch batch, Pass pass, void (*begin)(int) = [](int) {}) {
    using T = typename B::scalar;
    SmallMlp<B> net{blue::Seed{3}};
    blue::Tape<B> tape;
    auto optimizer = blue::make_optimizer(net, rule);
    const Examples<T> data;
    double loss_value = 0;
    for (int step = 0; step < steps; ++step) {
        begin(step);
        tape.reset();
        const auto x = tape.template input<blue::shape<8>>(data.inputs.data(), batch(step));
        const auto labels = blue::make_labels(tape, data.labels.data(), batch(step), 4);
        const auto result = blue::forward<blue::Scores::divergence>(
            net, tape, x, {.samples = 3, .pass = static_cast<std::uint64_t>(pass(step))});
        const auto loss = blue::Elbo{blue::Categorical{}}(result, labels, blue::DatasetSize{50});
        blue::backward(loss);
        optimizer.step(net, tape);
        if (step + 1 == steps) loss_value = static_cast<double>(loss.total.value());
    }
    std::vector<double> numbers{loss_value};
    for (const auto& variable : blue::variable_views<SmallMlp<B>, B>(net)) {
        std::vector<T> values(static_cast<std::size_t>(variable.numbers()));
        B::memory::copy_to_host(values.data(), variable.values, variable.numbers());
        numbers.insert(numbers.end(), values.begin(), values.end());
    }
    return numbers;
}

}  // namespace blue_test
