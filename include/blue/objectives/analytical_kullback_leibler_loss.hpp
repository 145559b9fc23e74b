// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// torch_blue's loss with closed-form divergences.
#pragma once

#include <blue/objectives/kullback_leibler_loss.hpp>

namespace blue {

/// torch_blue's loss with exact divergences, in nats for the whole data set: the data term of
/// `KullbackLeiblerLoss`, and heat times the sum of `kl(q, p)` of all random variables. Point
/// estimates (`NonBayesian`) count 0, whatever their prior.
///
/// A pair of distributions without a closed form is a compile error. Unlike torch_blue's it takes a
/// pair for each variable, and draws outputs in place of weights only with
/// `LocalReparameterization`.
template <class Likelihood>
struct AnalyticalKullbackLeiblerLoss : detail::PredictiveLoss<Likelihood, Scores::closed_form> {
    using detail::PredictiveLoss<Likelihood, Scores::closed_form>::PredictiveLoss;
};

template <class Likelihood>
AnalyticalKullbackLeiblerLoss(Likelihood) -> AnalyticalKullbackLeiblerLoss<Likelihood>;
template <class Likelihood>
AnalyticalKullbackLeiblerLoss(Likelihood, KullbackLeiblerLossOptions)
    -> AnalyticalKullbackLeiblerLoss<Likelihood>;

}  // namespace blue
