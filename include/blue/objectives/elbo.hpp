// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The evidence lower bound.
#pragma once

#include <blue/objectives/loss.hpp>

namespace blue {

/// Options of `Elbo`.
struct ElboOptions {
    /// Examples in the training set; `fit` fills it in.
    std::optional<DatasetSize> dataset_size{};
    Heat heat{};
};

/// The negative evidence lower bound in nats for the whole data set (Jordan et al. 1999, Blundell
/// et al. 2015):
///
///     -N / B  sum over the batch of  mean over samples of log p(y | x, w)  +  heat KL(q || p).
///
/// The divergence is closed form for each variable whose pair of distributions has one, and
/// otherwise estimated from the same samples. The choice is made by the compiler.
template <class Likelihood>
struct Elbo {
    Likelihood likelihood{};
    ElboOptions options{};

    static constexpr Scores scores = Scores::divergence;
    static constexpr bool norm_constants = true;

    /// \param result of `forward` with `Scores::divergence` (or `log_probs`).
    /// \param size used when the options name none. Throws ValueError when neither does.
    /// \param step for a heat that changes.
    template <class B, class Shape, class M, class Target>
    Loss<B> operator()(const VIReturn<Var<B, Shape>, LogProbs<M, B>>& result, Target target,
                       std::optional<DatasetSize> size = {},
                       std::optional<TrainingStep> step = {}) const {
        const double n = detail::required_size(options.dataset_size, size);
        const auto log_prob = detail::sample_log_prob(likelihood, result.samples, target);
        const double scale = -n / static_cast<double>(log_prob.batch() * log_prob.samples());
        return detail::make_loss(sum(log_prob), scale, result.log_probs, options.heat(step));
    }
};

template <class Likelihood>
Elbo(Likelihood) -> Elbo<Likelihood>;
template <class Likelihood>
Elbo(Likelihood, ElboOptions) -> Elbo<Likelihood>;

}  // namespace blue
