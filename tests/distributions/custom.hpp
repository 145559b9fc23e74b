// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Distributions that the library does not ship, as users would write them.
#pragma once

#include <blue/distributions/traits.hpp>
#include <blue/math/math.hpp>

#include <cmath>

namespace blue_test {

/// Student's t as plain formulas, without the density of the standard form that the library's own
/// has: it takes the general sweeps.
struct FormulaStudentT {
    double df = 4;
    double mean = 0;
    double scale = 1;

    using parameters = blue::parameters<blue::real<"mean">, blue::log_of<"scale">>;
    using noise = blue::noise::StudentT;
    noise make_noise() const { return {df}; }

    template <class T>
    static T sample(T noise, T mean, T scale) {
        return mean + scale * noise;
    }
    template <class T>
    T log_prob(T w, T mean, T scale) const {
        const T z = (w - mean) / scale;
        return -0.5 * (df + 1) * log1p(square(z) / df) - log(scale) + norm_constant();
    }
    std::array<double, 2> defaults() const { return {mean, scale}; }
    double norm_constant() const {
        constexpr double pi = 3.14159265358979323846;
        return std::lgamma((df + 1) / 2) - std::lgamma(df / 2) - 0.5 * std::log(pi * df);
    }
};

/// Three parameters: w = loc + scale sinh(asinh(z) + skew) for a normal z
/// (Jones and Pewsey 2009, Biometrika 96, tail parameter 1).
struct SinhArcsinh {
    using parameters =
        blue::parameters<blue::real<"loc">, blue::log_of<"scale">, blue::real<"skew">>;
    using noise = blue::noise::Normal;

    // sinh(asinh(z) + s) = z cosh(s) + sqrt(1 + z^2) sinh(s).
    template <class T>
    static T shifted(T z, T s) {
        const T up = exp(s), down = exp(-s);
        return 0.5 * (z * (up + down) + sqrt(1 + square(z)) * (up - down));
    }
    template <class T>
    static T sample(T noise, T loc, T scale, T skew) {
        return loc + scale * shifted(noise, skew);
    }
    template <class T>
    static T log_prob(T w, T loc, T scale, T skew) {
        const T x = (w - loc) / scale, z = shifted(x, -skew);
        return 0.5 * (log1p(square(z)) - log1p(square(x)) - square(z)) - log(scale) -
               0.91893853320467274178;
    }
};

/// With a kink and the softplus transform, as a location-scale family.
struct SoftplusLaplace {
    using parameters = blue::parameters<blue::real<"loc">, blue::softplus_of<"scale">>;
    using noise = blue::noise::Laplace;

    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        return standard_log_prob(T((w - loc) / scale)) - log(scale);
    }
    template <class T>
    static T standard_log_prob(T z) {
        return -abs(z) - 0.69314718055994530942;
    }
};

/// The example of the documentation, with the softplus transform: nothing but formulas.
struct SoftplusLogistic {
    using parameters = blue::parameters<blue::real<"loc">, blue::softplus_of<"scale">>;
    using noise = blue::noise::Logistic;

    template <class T>
    static T sample(T noise, T loc, T scale) {
        return loc + scale * noise;
    }
    template <class T>
    static T log_prob(T w, T loc, T scale) {
        const T z = (w - loc) / scale;
        return -z - log(scale) - 2 * softplus(-z);
    }
};

}  // namespace blue_test
