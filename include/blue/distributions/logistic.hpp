// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The logistic distribution with independent elements.
#pragma once

#include <blue/distributions/parameters.hpp>
#include <blue/random/noise.hpp>

namespace blue {

/// Independent logistic distributions: like normals with heavier, exponential tails.
/// The standard deviation is pi / sqrt(3) scales.
struct MeanFieldLogistic {
    double mean = 0;   ///< prior: its mean
    double scale = 1;  ///< prior: its scale; variational: the initial one, before fan-in

    using parameters = blue::parameters<real<"mean">, log_of<"scale">>;
    using noise = blue::noise::Logistic;

    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T mean, T scale) {
        return mean + scale * noise;
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T mean, T scale) {
        return standard_log_prob((w - mean) / scale) - log(scale);
    }
    /// Symmetric, so |z| keeps the exponential from overflowing.
    template <class T>
    BLUE_HOST_DEVICE static T standard_log_prob(T z) {
        const T distance = abs(z);
        return -distance - 2 * log1p(exp(-distance));
    }

    template <class T>
    BLUE_HOST_DEVICE static T expectation(T mean, T) {
        return mean;
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(T, T scale) {
        return 3.28986813369645287294 * square(scale);  // pi^2 / 3
    }
    template <class T>
    BLUE_HOST_DEVICE static T entropy(T, T scale) {
        return log(scale) + 2;
    }

    constexpr std::array<double, 2> defaults() const { return {mean, scale}; }
    /// As a prior of a narrower layer.
    constexpr void rescale(double c) {
        mean *= c;
        scale *= c + 1e-5;
    }
};

}  // namespace blue
