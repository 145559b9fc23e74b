// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The predictive distribution over classes.
#pragma once

#include <blue/error.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/reduce.hpp>
#include <blue/ops/softmax.hpp>

namespace blue {

/// One of the classes 0, ..., C-1: logits or scores on the last axis of the model's output
/// (S, B, ..., C), labels (B, ...). All results are in nats.
struct Categorical {
    /// What the model's outputs are.
    enum class Input {
        logits,  ///< any numbers; probabilities are their softmax
        probs    ///< positive scores; probabilities are the scores divided by their sum
    };
    Input input = Input::logits;
    /// Added to the probability inside the logarithm of `mixture_log_prob`, as torch_blue does.
    double eps = 1e-5;

    using target_type = std::int32_t;

    /// Probabilities of each sample: (S, B, ..., C).
    template <class B, class Shape>
    auto probabilities(Var<B, Shape> x) const {
        return input == Input::logits ? softmax(x) : normalise(x);
    }

    /// log p(y | w) of each sample in nats: (S, B, ...), the expected log-likelihood's integrand.
    template <class B, class Shape>
    auto log_prob(Var<B, Shape> x, Labels<B> target) const {
        return pick(input == Input::logits ? log_softmax(x) : log_normalise(x), target);
    }

    /// log(mean over samples of p(y | w) + eps) in nats: (1, B, ...), the log of the predictive
    /// distribution.
    template <class B, class Shape>
    auto mixture_log_prob(Var<B, Shape> x, Labels<B> target) const {
        require_not_negative("Categorical", "eps", eps);
        return log(pick(mean_samples(probabilities(x)), target) + eps);
    }
};

}  // namespace blue
