// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The prior of scales.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>
#include <blue/math/functions.hpp>

#include <cmath>
#include <limits>

namespace blue {

/// The half-Cauchy density of positive numbers, 2 / (pi scale (1 + (w / scale)^2)): a prior of
/// standard deviations that puts much of its mass near 0 and leaves room for large ones (Gelman
/// 2006; of the horseshoe's scales Carvalho et al. 2010). Beside `MeanFieldLogNormal` and other
/// distributions of positive numbers; divergences by Monte Carlo.
struct HalfCauchyPrior {
    double scale = 1;  ///< the median

    static constexpr bool positive = true;
    /// A constant: nvcc warns about the function in device code.
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    /// -infinity for w <= 0.
    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w) const {
        const T density = log_height - log1p(square(w * inverse_scale));
        return where(w > T(0), density, T(-infinity));
    }

    void validate() const { require_positive("HalfCauchyPrior", "scale", scale); }

    /// What follows from the option, computed once and not to be set: to change it, make a new
    /// object.
    double inverse_scale = 1 / scale;
    double log_height = -0.45158270528945486473 - std::log(scale);  // log(2 / pi)
};

}  // namespace blue
