// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The scale mixture of two normals.
#pragma once

#include <blue/distributions/mean_field_normal.hpp>
#include <blue/error.hpp>

#include <cmath>

namespace blue {

/// The prior weight N(0, std1^2) + (1 - weight) N(0, std2^2) of Blundell et al. (2015), eq. 7: a
/// narrow component pulls most weights to zero, a wide one leaves room for some. Computed by
/// log-sum-exp, so that nothing underflows far out.
struct ScaleMixturePrior {
    double weight = 0.5;                      ///< of the first component, in (0, 1)
    double std1 = 1;                          ///< of the wide component
    double std2 = 0.00247875217666635842303;  ///< of the narrow one: exp(-6)

    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w) const {
        const T half_square = 0.5 * square(w);
        return log_add_exp(log_height1 - half_square * precision1,
                           log_height2 - half_square * precision2);
    }

    void validate() const {
        require_fraction("ScaleMixturePrior", "weight", weight);
        require_positive("ScaleMixturePrior", "std1", std1);
        require_positive("ScaleMixturePrior", "std2", std2);
    }
    /// The prior of a narrower layer.
    void rescale(double c) { *this = {.weight = weight, .std1 = std1 * c, .std2 = std2 * c}; }

    /// What follows from the options, computed once and not to be set: to change an option, make a
    /// new object.
    double precision1 = 1 / (std1 * std1);
    double precision2 = 1 / (std2 * std2);
    double log_height1 = std::log(weight / std1) + constant;
    double log_height2 = std::log((1 - weight) / std2) + constant;

    /// That of the normal density: -log(2 pi) / 2.
    static constexpr double constant = MeanFieldNormal::constant;
};

}  // namespace blue
