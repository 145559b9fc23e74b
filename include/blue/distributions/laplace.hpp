// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The Laplace distribution with independent elements.
#pragma once

#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/parameters.hpp>
#include <blue/math/special.hpp>
#include <blue/random/noise.hpp>

#include <cmath>

namespace blue {

/// Independent Laplace distributions, density exp(-|w - mean| / scale) / (2 scale): variational
/// distribution and, with its peak at the mean, a prior that favours few large weights.
struct MeanFieldLaplace {
    double mean = 0;   ///< prior: its mean
    double scale = 1;  ///< prior: its scale; variational: the initial one, before fan-in

    using parameters = blue::parameters<real<"mean">, log_of<"scale">>;
    using noise = blue::noise::Laplace;

    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T mean, T scale) {
        return mean + scale * noise;
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T mean, T scale) {
        return standard_log_prob((w - mean) / scale) - log(scale);
    }
    template <class T>
    BLUE_HOST_DEVICE static T standard_log_prob(T z) {
        return constant - abs(z);
    }

    template <class T>
    BLUE_HOST_DEVICE static T expectation(T mean, T) {
        return mean;
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(T, T scale) {
        return 2 * square(scale);
    }
    template <class T>
    BLUE_HOST_DEVICE static T entropy(T, T scale) {
        return log(scale) + (1 - constant);
    }

    constexpr std::array<double, 2> defaults() const { return {mean, scale}; }
    constexpr double norm_constant() const { return constant; }
    /// As a prior of a narrower layer.
    constexpr void rescale(double c) {
        mean *= c;
        scale *= c + 1e-5;
    }

    /// -log 2
    static constexpr double constant = -0.69314718055994530942;
};

/// KL(Laplace(mean, scale) || Laplace(p.mean, p.scale)).
template <class T>
BLUE_HOST_DEVICE T kl(const MeanFieldLaplace&, const MeanFieldLaplace& p, T mean, T scale) {
    const T distance = abs(mean - p.mean);
    return (scale * exp(-distance / scale) + distance) * (1 / p.scale) - 1 -
           (log(scale) - std::log(p.scale));
}

/// KL(N(mean, std^2) || Laplace(p.mean, p.scale)): the expected distance from p.mean is that of a
/// folded normal. The variance floor is left out.
template <class T>
BLUE_HOST_DEVICE T kl(const MeanFieldNormal&, const MeanFieldLaplace& p, T mean, T std) {
    constexpr double root_half = 0.70710678118654752440, root_two_over_pi = 0.79788456080286535588;
    const T difference = mean - p.mean;
    const T z = difference / std * root_half;
    const T distance = std * root_two_over_pi * exp(-square(z)) + difference * erf(z);
    return distance * (1 / p.scale) + (std::log(p.scale) - p.constant) - log(std) +
           (MeanFieldNormal::constant - 0.5);
}

}  // namespace blue
