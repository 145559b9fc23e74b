// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The variational Renyi bound.
#pragma once

#include <blue/objectives/loss.hpp>

namespace blue {

namespace requirement {
/// The random variables of bounds with the logarithm of an average.
template <bool Ok, class Path, class Variational, class Prior>
struct joint_weights : check {
    static_assert(
        Ok,
        "blue: ImportanceWeightedElbo and RenyiBound weigh whole draws, so they need weights that "
        "all examples share and the full gradient of log q, see path, distribution and prior in "
        "joint_weights<...>: use Elbo, or no Flipout or StickingTheLanding");
};
}  // namespace requirement

namespace detail {
template <class Placed>
using lacks_joint_weights =
    mp::mp_bool<!std::is_same_v<estimator_of<variational_of<Placed>>, estimator::DrawnWeights> ||
                leaves_out_score<variational_of<Placed>>>;
}  // namespace detail

/// Options of `RenyiBound`.
struct RenyiBoundOptions {
    /// The order of the divergence. Near 1 the bound is that of `Elbo`, and the smaller it is the
    /// tighter, up to an estimate of the log evidence itself at 0 (`ImportanceWeightedElbo`).
    /// Below 0 it is an upper bound when there are many samples.
    double alpha = 0.5;
    /// Examples in the training set; `fit` fills it in.
    std::optional<DatasetSize> dataset_size{};
    Heat heat{};
};

/// The negative variational Renyi bound in nats for the whole data set (Li and Turner 2016),
/// estimated from K samples:
///
///     -1 / (1 - alpha)  log of the mean over samples of  exp((1 - alpha) log r),
///     log r = N / B  sum over the batch of log p(y | x, w)  +  heat (log p(w) - log q(w)).
///
/// `data_fitting`, `prior_matching` and `divergence` are the means over the samples that Elbo has;
/// for alpha < 1 their sum is never smaller than `total`, and the difference is what the bound
/// gains.
///
/// The logarithm of a mean is biased: the bound holds for the expectation, and it gets tighter with
/// more samples. Of a minibatch log r itself is an estimate, and its noise counts as if it were
/// spread of the weights; evaluate evidence on whole data sets. With many weights log r spreads
/// over hundreds of nats, and for alpha < 1 the best sample is all that is left.
template <class Likelihood>
struct RenyiBound {
    Likelihood likelihood{};
    RenyiBoundOptions options{};

    static constexpr Scores scores = Scores::log_probs;
    static constexpr bool norm_constants = true;

    /// \param result of `forward` with `Scores::log_probs`.
    /// \param size used when the options name none. Throws ValueError when neither does, and for an
    /// alpha that is 1 or not finite.
    /// \param step for a heat that changes.
    template <class B, class Shape, class M, class Target>
    Loss<B> operator()(const VIReturn<Var<B, Shape>, LogProbs<M, B>>& result, Target target,
                       std::optional<DatasetSize> size = {},
                       std::optional<TrainingStep> step = {}) const {
        static_assert(
            typename detail::first_variable_check<
                requirement::joint_weights,
                detail::mp::mp_copy_if<random_variables<M>, detail::lacks_joint_weights>>::type{});
        if (options.alpha == 1 || !std::isfinite(options.alpha))
            throw ValueError(
                "RenyiBound: expected a finite alpha other than 1 (Elbo is the bound for 1), got ",
                options.alpha);
        const double n = detail::required_size(options.dataset_size, size);
        const auto log_prob = detail::sample_log_prob(likelihood, result.samples, target);
        return detail::make_loss(sum_per_sample(log_prob),
                                 -n / static_cast<double>(log_prob.batch()), result.log_probs,
                                 options.heat(step), options.alpha);
    }
};

template <class Likelihood>
RenyiBound(Likelihood) -> RenyiBound<Likelihood>;
template <class Likelihood>
RenyiBound(Likelihood, RenyiBoundOptions) -> RenyiBound<Likelihood>;

}  // namespace blue
