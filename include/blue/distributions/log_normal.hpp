// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The log-normal distribution with independent elements.
#pragma once

#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/parameters.hpp>
#include <blue/random/noise.hpp>

#include <limits>

namespace blue {

/// Independent log-normal distributions: w = exp(loc + scale z) with a normal z, for variables that
/// must be positive, such as scales.
struct MeanFieldLogNormal {
    double loc = 0;    ///< prior: mean of log w
    double scale = 1;  ///< prior: standard deviation of log w; variational: the initial one, before
                       ///< fan-in

    using parameters = blue::parameters<real<"loc">, log_of<"scale">>;
    using noise = blue::noise::Normal;
    static constexpr bool positive = true;

    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T loc, T scale) {
        return exp(loc + scale * noise);
    }
    /// -infinity for w <= 0.
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T loc, T scale) {
        const auto inside = w > T(0);
        const T log_w = log(where(inside, w, T(1)));
        const T density = constant - 0.5 * square((log_w - loc) / scale) - log_w - log(scale);
        return where(inside, density, T(-infinity));
    }

    template <class T>
    BLUE_HOST_DEVICE static T expectation(T loc, T scale) {
        return exp(loc + 0.5 * square(scale));
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(T loc, T scale) {
        return expm1(square(scale)) * exp(2 * loc + square(scale));
    }
    template <class T>
    BLUE_HOST_DEVICE static T entropy(T loc, T scale) {
        return loc + log(scale) + (0.5 - constant);
    }

    constexpr std::array<double, 2> defaults() const { return {loc, scale}; }
    constexpr double norm_constant() const { return constant; }

    /// A constant: nvcc warns about the function in device code.
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    /// That of the normal density: -log(2 pi) / 2.
    static constexpr double constant = MeanFieldNormal::constant;
};

/// KL between log-normals is that between the normals of the logarithms.
template <class T>
BLUE_HOST_DEVICE T kl(const MeanFieldLogNormal&, const MeanFieldLogNormal& p, T loc, T scale) {
    return kl(MeanFieldNormal{}, MeanFieldNormal{.mean = p.loc, .std = p.scale}, loc, scale);
}

}  // namespace blue
