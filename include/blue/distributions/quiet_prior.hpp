// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The prior of networks that are quiet at first.
#pragma once

#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/parameters.hpp>
#include <blue/error.hpp>

#include <array>
#include <cmath>

namespace blue {

/// torch_blue's `BasicQuietPrior`: a normal prior around the variational mean whose width is
/// proportional to that mean, times a normal prior of the mean,
///
///     N(w; mean, (std_ratio mean)^2 + eps)  N(mean; mean_mean, mean_std^2 + eps).
///
/// It asks the variational distribution for its `mean`.
struct BasicQuietPrior {
    double std_ratio = 1;
    double mean_mean = 0;
    double mean_std = 1;
    double eps = 1e-10;  ///< added to both variances

    using required_parameters = names<"mean">;

    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w, T mean) const {
        const T variance = square(std_ratio * mean) + eps;
        const double mean_variance = mean_std * mean_std + eps;
        return -0.5 * (square(w - mean) / variance + log(variance) +
                       square(mean - mean_mean) * (1 / mean_variance)) +
               log_height;
    }

    double norm_constant() const { return 2 * constant; }
    void validate() const {
        require_positive("BasicQuietPrior", "std_ratio", std_ratio);
        require_finite("BasicQuietPrior", "mean_mean", mean_mean);
        require_positive("BasicQuietPrior", "mean_std", mean_std);
        require_not_negative("BasicQuietPrior", "eps", eps);
    }
    /// The prior of a narrower layer.
    void rescale(double c) {
        *this = {.std_ratio = std_ratio,
                 .mean_mean = mean_mean * c,
                 .mean_std = mean_std * c,
                 .eps = eps};
    }

    /// Initial values for `ModuleOptions{.prior_initialization = true}`: means follow their prior,
    /// standard deviations are proportional to them.
    using initial_parameters = blue::parameters<real<"mean">, log_of<"std">>;
    std::array<double, 2> initial_values(double standard_normal) const {
        const double mean = mean_mean + mean_std * standard_normal;
        return {mean, std_ratio * std::abs(mean)};
    }

    /// That of the normal density: -log(2 pi) / 2.
    static constexpr double constant = MeanFieldNormal::constant;
    /// What follows from the options, computed once and not to be set: to change an option, make a
    /// new object.
    double log_height = 2 * constant - 0.5 * std::log(mean_std * mean_std + eps);
};

}  // namespace blue
