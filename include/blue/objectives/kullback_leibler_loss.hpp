// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// torch_blue's loss.
#pragma once

#include <blue/objectives/loss.hpp>

#include <array>

namespace blue {

/// Options of `KullbackLeiblerLoss` and `AnalyticalKullbackLeiblerLoss`.
struct KullbackLeiblerLossOptions {
    /// Examples in the training set; `fit` fills it in. Without it the batch size is used, as in
    /// torch_blue.
    std::optional<DatasetSize> dataset_size{};
    Heat heat{};
    /// Keep the normalisation constants of log probs and divergences. They change the value, not
    /// the gradient.
    bool norm_constants = false;
    /// Keep the value of each call in `history`.
    bool track = false;
};

/// What the losses of torch_blue keep when they track: one entry per call.
struct LossHistory {
    std::vector<double> data_fitting, prior_matching;
    /// Means over the samples of the summed log probs: prior, variational. None for the analytical
    /// loss.
    std::vector<std::array<double, 2>> log_probs;
};

namespace detail {

/// What both losses of torch_blue share: the log of the predictive distribution as data term.
template <class Likelihood, Scores Wanted>
struct PredictiveLoss {
    Likelihood likelihood;
    KullbackLeiblerLossOptions options;
    LossHistory history{};

    static constexpr Scores scores = Wanted;
    bool norm_constants = options.norm_constants;

    explicit PredictiveLoss(Likelihood predictive = {}, KullbackLeiblerLossOptions options = {})
        : likelihood(predictive), options(options) {}

    /// \param result of `forward` with the `scores` of the loss.
    /// \param step for a heat that changes.
    template <class B, class Shape, class M, class Target>
    Loss<B> operator()(const VIReturn<Var<B, Shape>, LogProbs<M, B>>& result, Target target,
                       std::optional<DatasetSize> size = {},
                       std::optional<TrainingStep> step = {}) {
        if (options.dataset_size) size = options.dataset_size;
        const double n = static_cast<double>(size ? size->value : result.samples.batch());
        const auto log_prob = detail::mixture_log_prob(likelihood, result.samples, target);
        const double scale = -n / static_cast<double>(log_prob.batch());
        const Loss<B> loss = make_loss(sum(log_prob), scale, result.log_probs, options.heat(step));
        if (options.track) {
            const auto values = loss.values();
            history.data_fitting.push_back(values.data_fitting);
            history.prior_matching.push_back(values.prior_matching);
            if (Wanted == Scores::log_probs)
                history.log_probs.push_back(mean_log_probs(result.log_probs.total()));
        }
        return loss;
    }

private:
    static std::array<double, 2> mean_log_probs(const LogProbEntry& total) {
        std::array<double, 2> means{};
        for (std::size_t s = 0; s < total.prior.size(); ++s) {
            means[0] += total.prior[s] / static_cast<double>(total.prior.size());
            means[1] += total.variational[s] / static_cast<double>(total.prior.size());
        }
        return means;
    }
};

}  // namespace detail

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
struct KullbackLeiblerLoss : detail::PredictiveLoss<Likelihood, Scores::log_probs> {
    using detail::PredictiveLoss<Likelihood, Scores::log_probs>::PredictiveLoss;
};

template <class Likelihood>
KullbackLeiblerLoss(Likelihood) -> KullbackLeiblerLoss<Likelihood>;
template <class Likelihood>
KullbackLeiblerLoss(Likelihood, KullbackLeiblerLossOptions) -> KullbackLeiblerLoss<Likelihood>;

}  // namespace blue
