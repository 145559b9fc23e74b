// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A point estimate in a distribution's place.
#pragma once

#include <blue/distributions/parameters.hpp>
#include <blue/random/noise.hpp>

namespace blue {

/// A variable that is not random: one value for all samples, which contributes 0 to the log probs
/// of the variational distribution. As a predictive distribution it turns the objective's data term
/// into a mean squared or absolute error (see `PointEstimate` there).
struct NonBayesian {
    using parameters = blue::parameters<real<"mean">>;
    using noise = blue::noise::None;

    template <class T>
    BLUE_HOST_DEVICE static T sample(T, T mean) {
        return mean;
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T, T) {
        return T(0);
    }
};

}  // namespace blue
