// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// torch_blue's loss.
#pragma once

#include <blue/objectives/loss.hpp>

namespace blue {

/// Options of `KullbackLeiblerLoss`.
struct KullbackLeiblerLossOptions {
    /// Examples in the training set; `fit` fills it in. Without it the batch size is used, as in
    /// torch_blue.
    std::optional<DatasetSize> dataset_size{};
    /// Weight of the divergence.
    double heat = 1;
    /// Keep the normalisation constants of log probs. They change the value, not the gradient.
    bool norm_constants = false;
    /// Keep the value of each call in `history`.
    bool track = false;
};

/// What `KullbackLeiblerLoss` keeps when it tracks: one entry per call.
struct LossHistory {
    std::vector<double> data_fitting, prior_matching;
    /// Means over the samples of the summed log probs: prior, variational.
    std::vector<std::array<double, 2>> log_probs;
};

/// torch_blue's loss, in nats for the whole data set:
///
///     -N  sum over items of  mean over the batch of log P(y | x)  +  heat (mean log q(w) - mean
///     log p(w)),
///
/// where P is the predictive distribution made from all samples (`mixture_log_prob`). So the data
/// term is the log of the averaged likelihood, not the average of the log as in `Elbo`: it is never
/// larger, and what is minimised is not a bound on the evidence. The divergence is always estimated
/// from the samples.
template <class Likelihood>
struct KullbackLeiblerLoss {
    Likelihood likelihood{};
    KullbackLeiblerLossOptions options{};
    LossHistory history{};

    static constexpr Scores scores = Scores::log_probs;
    bool norm_constants = options.norm_constants;

    /// \param result of `forward` with `Scores::log_probs`.
    template <class B, class Shape, class M, class Target>
    Loss<B> operator()(const VIReturn<Var<B, Shape>, LogProbs<M, B>>& result, Target target,
                       std::optional<DatasetSize> size = {}) {
        if (options.dataset_size) size = options.dataset_size;
        const double n = static_cast<double>(size ? size->value : result.samples.batch());
        const auto log_prob = likelihood.mixture_log_prob(result.samples, target);
        const double scale = -n / static_cast<double>(log_prob.batch());
        const Loss<B> loss =
            detail::make_loss(sum(log_prob), scale, result.log_probs, options.heat);
        if (options.track) {
            const LogProbEntry total = result.log_probs.total();
            std::array<double, 2> means{};
            for (std::size_t s = 0; s < total.prior.size(); ++s) {
                means[0] += total.prior[s] / static_cast<double>(total.prior.size());
                means[1] += total.variational[s] / static_cast<double>(total.prior.size());
            }
            history.log_probs.push_back(means);
            const auto values = loss.values();
            history.data_fitting.push_back(values.data_fitting);
            history.prior_matching.push_back(values.prior_matching);
        }
        return loss;
    }
};

template <class Likelihood>
KullbackLeiblerLoss(Likelihood) -> KullbackLeiblerLoss<Likelihood>;
template <class Likelihood>
KullbackLeiblerLoss(Likelihood, KullbackLeiblerLossOptions) -> KullbackLeiblerLoss<Likelihood>;

}  // namespace blue
