// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The Cauchy distribution with independent elements.
#pragma once

#include <blue/distributions/parameters.hpp>
#include <blue/random/noise.hpp>

namespace blue {

/// Independent Cauchy distributions: tails so heavy that there is neither mean nor variance. Mostly
/// a prior that leaves large weights alone.
struct MeanFieldCauchy {
    double mode = 0;   ///< prior: its mode
    double scale = 1;  ///< prior: its scale; variational: the initial one, before fan-in

    using parameters = blue::parameters<real<"mode">, log_of<"scale">>;
    using noise = blue::noise::Cauchy;

    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T mode, T scale) {
        return mode + scale * noise;
    }
    template <class T>
    BLUE_HOST_DEVICE static T log_prob(T w, T mode, T scale) {
        return standard_log_prob((w - mode) / scale) - log(scale);
    }
    template <class T>
    BLUE_HOST_DEVICE static T standard_log_prob(T z) {
        return constant - log1p(square(z));
    }

    template <class T>
    BLUE_HOST_DEVICE static T entropy(T, T scale) {
        return log(scale) + 2.53102424696929077;  // log(4 pi)
    }

    constexpr std::array<double, 2> defaults() const { return {mode, scale}; }
    constexpr double norm_constant() const { return constant; }
    /// As a prior of a narrower layer.
    constexpr void rescale(double c) {
        mode *= c;
        scale *= c + 1e-5;
    }

    /// -log pi
    static constexpr double constant = -1.14472988584940017414;
};

}  // namespace blue
