// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The normal distribution with independent elements.
#pragma once

#include <blue/distributions/parameters.hpp>
#include <blue/error.hpp>
#include <blue/random/noise.hpp>

#include <cmath>

namespace blue {

/// Independent normals: variational distribution, prior, and predictive distribution.
///
/// As a variational distribution it has the parameters `mean` and `log_std` per element
/// (Blundell et al. 2015). The density uses the variance std^2 + eps, like torch_blue.
struct MeanFieldNormal {
    double mean = 0;     ///< prior: its mean
    double std = 1;      ///< prior: its standard deviation; variational: initial one, before fan-in
    double eps = 1e-10;  ///< added to the variance in the density

    using parameters = blue::parameters<real<"mean">, log_of<"std">>;
    using noise = blue::noise::Normal;

    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T mean, T std) {
        return mean + std * noise;
    }

    /// log N(w; mean, std^2 + eps) in nats.
    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w, T mean, T std) const {
        const T variance = std * std + eps;
        const T precision = 1 / variance;
        return -0.5 * (square(w - mean) * precision + log(variance)) + constant;
    }

    /// The density at mean 0 and variance 1.
    template <class T>
    BLUE_HOST_DEVICE static T standard_log_prob(T z) {
        return -0.5 * square(z) + constant;
    }

    template <class T>
    BLUE_HOST_DEVICE static T expectation(T mean, T) {
        return mean;
    }
    /// Without the variance floor, as the entropy.
    template <class T>
    BLUE_HOST_DEVICE static T variance(T, T std) {
        return square(std);
    }
    template <class T>
    BLUE_HOST_DEVICE static T entropy(T, T std) {
        return log(std) + (0.5 - constant);
    }

    constexpr std::array<double, 2> defaults() const { return {mean, std}; }
    void validate() const { require_not_negative("MeanFieldNormal", "eps", eps); }
    constexpr double variance_floor() const { return eps; }
    constexpr double norm_constant() const { return constant; }

    /// A prior N(mean, std) becomes N(c mean, (c + 1e-5) std), as torch_blue rescales it.
    constexpr void rescale(double c) {
        mean *= c;
        std *= c + 1e-5;
    }

    /// -log(2 pi) / 2
    static constexpr double constant = -0.91893853320467274178;
};

/// E[(w - from)^2], without the variance floor.
template <class T>
BLUE_HOST_DEVICE T expected_square(const MeanFieldNormal&, double from, T mean, T std) {
    return square(mean - from) + square(std);
}

namespace detail {
/// The divergence of q from N(mean, std^2): the expected square is all that a normal prior asks
/// for.
template <class Q, class... T>
BLUE_HOST_DEVICE auto kl_from_normal(const Q& q, double mean, double std, T... parameters) {
    return expected_square(q, mean, parameters...) * (0.5 / (std * std)) +
           (std::log(std) - MeanFieldNormal::constant) - q.entropy(parameters...);
}
}  // namespace detail

/// KL(N(mean, std^2) || N(p.mean, p.std^2)). The variance floor is left out, as in torch_blue.
template <class T>
BLUE_HOST_DEVICE T kl(const MeanFieldNormal&, const MeanFieldNormal& p, T mean, T std) {
    const T prior_precision = 1 / (T(p.std) * T(p.std));
    const T variance_ratio = square(std) * prior_precision;
    return 0.5 * (square(mean - p.mean) * prior_precision + variance_ratio - 1) - log(std) +
           log(T(p.std));
}

}  // namespace blue
