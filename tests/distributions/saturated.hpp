// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Training of a model that is certain of its weights and has outputs of its own for each of two
/// groups of examples, so that the best outputs are known: those of each group alone.
#pragma once

#include <blue/blue.hpp>

namespace blue_test {

template <blue::Index Outputs>
using Saturated = blue::Sequential<blue::Linear<2, Outputs, blue::without_bias, blue::NonBayesian,
                                                blue::UniformPrior, blue::Cpu<double>>>;

/// Examples that belong to the groups 0 and 1 in turn; targets (N, K).
inline blue::Dataset<float> two_groups(const blue::Array<float>& targets) {
    blue::Dataset<float> data{blue::Array<float>({targets.rows(), 2}), targets};
    for (blue::Index i = 0; i < targets.rows(); ++i) data.inputs[2 * i + i % 2] = 1;
    return data;
}

/// Trains a model without uncertainty. The gradient is that of all examples and has no noise: with
/// steps that shrink to 0 Adam ends where the gradient is 0. It found outputs of order 1 to better
/// than 1e-9 with all likelihoods; tests allow 1e-6.
template <class M, class Likelihood>
void train_to_the_end(M& model, const Likelihood& likelihood, const blue::Dataset<float>& data) {
    blue::fit(model, blue::Elbo{likelihood}, data,
              {.epochs = 2000,
               .batch_size = data.size(),
               .samples = 1,
               .schedule = blue::Schedule::cosine(),
               .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 0.05});
}

template <blue::Index Outputs, class Likelihood>
Saturated<Outputs> trained(const Likelihood& likelihood, const blue::Dataset<float>& data) {
    Saturated<Outputs> model{blue::Seed{1}};
    train_to_the_end(model, likelihood, data);
    return model;
}

}  // namespace blue_test
