// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is said about predictions of known targets.
#pragma once

namespace blue {

/// Quality of predicted classes.
struct ClassReport {
    double accuracy;                    ///< share of right predictions
    double negative_log_likelihood;     ///< nats per example
    double expected_calibration_error;  ///< Guo et al. 2017, 15 bins
    double predictive_entropy;          ///< mean, nats
    double mutual_information;          ///< mean, nats: the part that more data would remove
};

/// Quality of predicted numbers.
struct RealReport {
    double root_mean_squared_error;
    /// Nats per number, of the likelihood averaged over the draws: -log mean p(y | w). For given
    /// predictions and likelihoods without `log_prob`, of a normal with the predictive mean and
    /// standard deviation, and NaN when such a standard deviation is infinite, or 0, as without
    /// random variables and observation noise: then there is no density.
    double negative_log_likelihood;
};

namespace detail {

/// What compares predictions with targets where a backend computes. Here for backends whose numbers
/// are on the host, where predictions are compared as a whole.
template <class B>
struct prediction_quality {
    static constexpr bool is_own = false;
};

}  // namespace detail

}  // namespace blue
