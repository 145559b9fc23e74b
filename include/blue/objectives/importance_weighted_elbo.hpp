// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The importance-weighted bound on the evidence.
#pragma once

#include <blue/objectives/elbo.hpp>
#include <blue/objectives/renyi_bound.hpp>

namespace blue {

/// The negative importance-weighted evidence lower bound in nats for the whole data set (Burda et
/// al. 2016), estimated from K samples:
///
///     -log of the mean over samples of  exp(N / B  sum over the batch of log p(y | x, w)
///                                           + heat (log p(w) - log q(w))).
///
/// It is `RenyiBound` with alpha = 0, of which everything said there holds: with more samples it
/// rises from the bound of `Elbo` to the log evidence, and a minibatch biases it.
template <class Likelihood>
struct ImportanceWeightedElbo {
    Likelihood likelihood{};
    ElboOptions options{};

    static constexpr Scores scores = Scores::log_probs;
    static constexpr bool norm_constants = true;

    /// As `RenyiBound`.
    template <class Result, class Target>
    auto operator()(const Result& result, Target target, std::optional<DatasetSize> size = {},
                    std::optional<TrainingStep> step = {}) const {
        const RenyiBound<Likelihood> bound{
            likelihood, {.alpha = 0, .dataset_size = options.dataset_size, .heat = options.heat}};
        return bound(result, target, size, step);
    }
};

template <class Likelihood>
ImportanceWeightedElbo(Likelihood) -> ImportanceWeightedElbo<Likelihood>;
template <class Likelihood>
ImportanceWeightedElbo(Likelihood, ElboOptions) -> ImportanceWeightedElbo<Likelihood>;

}  // namespace blue
