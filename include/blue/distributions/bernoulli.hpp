// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The predictive distribution over two outcomes.
#pragma once

#include <blue/error.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/reduce.hpp>

namespace blue {

namespace ops {
/// log p(y) in nats for y = 0 or 1: the logarithm of a sigmoid, without overflow or cancellation.
struct BernoulliLogProb {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T y, T logit) {
        return -softplus((1 - 2 * y) * logit);
    }
};
/// p(y) for y = 0 or 1.
struct BernoulliProb {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T y, T logit) {
        return sigmoid((2 * y - 1) * logit);
    }
};
}  // namespace ops

/// Independent outcomes 0 or 1, one per output of the model, which is the logit log p(1) / p(0).
struct Bernoulli {
    /// Added to the probability inside the logarithm of `mixture_log_prob`, as `Categorical` does.
    double eps = 1e-5;

    using target_type = float;
    static constexpr const char* support = "targets of 0 or 1";
    static constexpr bool supports(double y) { return y == 0 || y == 1; }

    /// Probabilities of 1 of each sample: (S, B, ...).
    template <class B, class Shape>
    auto probabilities(Var<B, Shape> logits) const {
        return sigmoid(logits);
    }

    /// log p(y | w) of each sample in nats: (S, B, ...).
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> logits, Var<B, TargetShape> y) const {
        return elementwise(ops::BernoulliLogProb{}, y, logits);
    }

    /// log(mean over samples of p(y | w) + eps) in nats: (1, B, ...), the log of the predictive
    /// distribution.
    template <class B, class Shape, class TargetShape>
    auto mixture_log_prob(Var<B, Shape> logits, Var<B, TargetShape> y) const {
        require_not_negative("Bernoulli", "eps", eps);
        return log(mean_samples(elementwise(ops::BernoulliProb{}, y, logits)) + eps);
    }
};

}  // namespace blue
