// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Student's t distribution with independent elements.
#pragma once

#include <blue/distributions/parameters.hpp>
#include <blue/error.hpp>
#include <blue/math/special.hpp>
#include <blue/random/noise.hpp>

#include <cmath>
#include <limits>

namespace blue {

namespace detail {

/// log Gamma((df + 1) / 2) - log Gamma(df / 2) - log(pi df) / 2
inline double student_t_constant(double df) {
    // Large logarithms would cancel. The series of log Gamma(x + 1/2) - log Gamma(x) in 1 / x, from
    // Abramowitz and Stegun (1964), 6.1.41; what is left out is below 1e-16.
    if (df > 1e3) return -0.91893853320467274178 - 1 / (4 * df) + 1 / (24 * df * df * df);
    constexpr double log_pi = 1.14472988584940017414;
    return math::detail::lgamma_scalar((df + 1) / 2) - math::detail::lgamma_scalar(df / 2) -
           0.5 * (log_pi + std::log(df));
}

/// The entropy at scale 1 in nats (Lazo and Rathie 1978, IEEE Trans. Inf. Theory 24, 120).
inline double student_t_entropy(double df) {
    if (df > 1e3) {  // with the derivative of that series
        const double r = 1 / df;
        return 0.5 * (1 + r) * (1 + 0.5 * r - 0.25 * r * r * r) - student_t_constant(df);
    }
    return 0.5 * (df + 1) *
               (math::detail::digamma_scalar((df + 1) / 2) - math::detail::digamma_scalar(df / 2)) -
           student_t_constant(df);
}

}  // namespace detail

/// Independent Student's t distributions with fixed degrees of freedom, torch_blue's
/// `MeanFieldStudentT`. Fewer degrees of freedom give heavier tails: a prior takes any positive
/// number, a variational distribution more than 0.5, because the largest draws of floats would be
/// infinite with less.
struct MeanFieldStudentT {
    double df = 4;     ///< degrees of freedom
    double mean = 0;   ///< prior: its mean
    double scale = 1;  ///< prior: its scale; variational: the initial one, before fan-in

    using parameters = blue::parameters<real<"mean">, log_of<"scale">>;
    using noise = blue::noise::StudentT;

    BLUE_HOST_DEVICE noise make_noise() const { return {df}; }
    template <class T>
    BLUE_HOST_DEVICE static T sample(T noise, T mean, T scale) {
        return mean + scale * noise;
    }
    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w, T mean, T scale) const {
        return standard_log_prob((w - mean) / scale) - log(scale);
    }
    template <class T>
    BLUE_HOST_DEVICE T standard_log_prob(T z) const {
        return constant - 0.5 * (df + 1) * log1p(square(z) * (1 / df));
    }

    template <class T>
    BLUE_HOST_DEVICE static T expectation(T mean, T) {
        return mean;
    }
    /// Infinite for two degrees of freedom or fewer.
    template <class T>
    BLUE_HOST_DEVICE T variance(T, T scale) const {
        return variance_at_one * square(scale);
    }
    template <class T>
    BLUE_HOST_DEVICE T entropy(T, T scale) const {
        return log(scale) + entropy_at_one;
    }

    constexpr std::array<double, 2> defaults() const { return {mean, scale}; }
    void validate() const { require_positive("MeanFieldStudentT", "df", df); }
    void validate_draws() const {
        if (df <= 0.5)
            throw ValueError("MeanFieldStudentT: expected df above 0.5 to draw from it, got ", df);
    }
    constexpr double norm_constant() const { return constant; }
    /// As a prior of a narrower layer.
    constexpr void rescale(double c) {
        mean *= c;
        scale *= c + 1e-5;
    }

    /// What follows from `df`, computed once and not to be set: to change `df`, make a new object.
    double constant = detail::student_t_constant(df);
    double entropy_at_one = detail::student_t_entropy(df);
    double variance_at_one = df > 2 ? df / (df - 2) : std::numeric_limits<double>::infinity();
};

}  // namespace blue
