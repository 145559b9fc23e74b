// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Radial distributions: weights that are not far from their mean all at once.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/math/special.hpp>

#include <cmath>
#include <limits>

namespace blue {

namespace detail {

/// An element of a radial distribution by its mean and standard deviation. Its density has no
/// closed form; the entropy is that of a normal, which `Radial::total_correlation` makes good.
struct RadialElement {
    using parameters = blue::parameters<real<"mean">, log_of<"std">>;
    using noise = blue::noise::Normal;

    template <class T>
    BLUE_HOST_DEVICE static T expectation(T mean, T) {
        return mean;
    }
    template <class T>
    BLUE_HOST_DEVICE static T variance(T, T std) {
        return square(std);
    }
    template <class T>
    BLUE_HOST_DEVICE static T entropy(T mean, T std) {
        return MeanFieldNormal::entropy(mean, std);
    }
};

}  // namespace detail

/// Radial (Farquhar, Osborne and Gal 2020, "Radial Bayesian Neural Networks", equation 4), over all
/// D elements of a variable:
///
///     w = mean + std * eps / ||eps|| * r, with D standard normals eps and a standard normal r.
///
/// Draws of a normal in many dimensions lie near a sphere of radius sqrt(D), far from the mean;
/// those of this distribution have a distance from it, in units of std, that is |r|. So each
/// element has the standard deviation std / sqrt(D). Parameters: `mean` and `log_std` per element.
/// With rho = ||(w - mean) / std||, the density is
///
///     log q(w) = -rho^2 / 2 - (D - 1) log rho - sum log std
///                + log Gamma(D / 2) - (D log pi + log 2 pi) / 2
///
/// (half-normal rho, uniform direction), so the entropy is sum log std and the constant
///
///     (1 + log 2 pi + D log pi) / 2 - log Gamma(D / 2) - (D - 1) (log 2 + gamma) / 2,
///
/// with Euler's gamma (the paper leaves it out). The divergence has a closed form beside priors
/// that ask for expected squares only (`MeanFieldNormal`, `LearnedScalePrior`), and `UniformPrior`;
/// the paper estimates that of the prior from draws. Noise is D + 1 numbers, r the last.
struct Radial {
    double std = 1;  ///< initial std, before fan-in

    using parameters = blue::parameters<real<"mean">, log_of<"std">>;
    using noise = blue::noise::Normal;
    using marginal = detail::RadialElement;
    template <class Shape>
    using parameter_shapes = boost::mp11::mp_list<Shape, Shape>;

    void validate() const { require_positive("Radial", "std", std); }
    static Index noise_size(Index size) { return size + 1; }
    static Index workspace(Index rows, Index columns) { return rows * columns; }
    static double initial_value(int, Index, double, double std) { return std::log(std); }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare(const JointVariable<T>& variable, T* log_std,
                                         const Team& team = {}) {
        const T* const stored = variable.parameter(1);
        const T shift = static_cast<T>(-0.5 * std::log(static_cast<double>(variable.size())));
        team.each(variable.size(), [&](Index e) {
            log_std[e] = stored[e] + shift;
            variable.workspace[e] = std::exp(static_cast<double>(stored[e]));
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double total_correlation(const JointVariable<T>& variable,
                                                     const Team& = {}) {
        const double n = static_cast<double>(variable.size());
        return 0.5 * n * (detail::log_two_pi_e - std::log(n)) - entropy_constant(n);
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare_backward(const JointVariable<T>& variable,
                                                  const T* log_std_gradient, T,
                                                  const JointGradient<T>& gradient,
                                                  const Team& team = {}) {
        T* const to = gradient.parameter(1);
        team.each(variable.size(), [&](Index e) { to[e] += log_std_gradient[e]; });
    }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void deviate(const JointVariable<T>& variable, const T* noise,
                                         T* deviation, const Team& team = {}) {
        const double radius = radius_per_noise(noise, variable.size(), team);
        team.each(variable.size(), [&](Index e) {
            deviation[e] = static_cast<T>(variable.workspace[e] * radius) * noise[e];
        });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double log_prob(const JointVariable<T>& variable, const T* noise,
                                            const T*, const Team& team = {}) {
        const Index size = variable.size();
        const double n = static_cast<double>(size), r = static_cast<double>(noise[size]);
        const T* const log_std = variable.parameter(1);
        return math::detail::lgamma_scalar(n / 2) - 0.5 * (n * log_pi + log_two_pi) - 0.5 * r * r -
               (n - 1) * std::log(std::fmax(std::fabs(r), smallest)) -
               team.sum(size, [&](Index e) { return static_cast<double>(log_std[e]); });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void backward(const JointVariable<T>& variable, const T* noise,
                                          const T* weight_gradient, T factor,
                                          const JointGradient<T>& gradient, const Team& team = {}) {
        const double radius = radius_per_noise(noise, variable.size(), team);
        T* const to = gradient.parameter(1);
        team.each(variable.size(), [&](Index e) {
            to[e] +=
                weight_gradient[e] * noise[e] * static_cast<T>(variable.workspace[e] * radius) -
                factor;
        });
    }
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        T* const log_std = stored + variable.offsets[1];
        for (Index e = 0; e < variable.size(); ++e) log_std[e] += log_factors[e];
    }

private:
    static constexpr double smallest = std::numeric_limits<double>::min();
    static constexpr double log_two_pi = -2 * MeanFieldNormal::constant;
    static constexpr double log_pi = 1.1447298858494001741, log_two = 0.69314718055994530942,
                            euler_gamma = 0.57721566490153286061;

    /// r / ||eps||.
    template <class T, class Team>
    BLUE_HOST_DEVICE static double radius_per_noise(const T* noise, Index size, const Team& team) {
        const double squares = team.sum(size, [&](Index e) {
            const double eps = static_cast<double>(noise[e]);
            return eps * eps;
        });
        return static_cast<double>(noise[size]) / std::sqrt(std::fmax(squares, smallest));
    }
    /// The entropy of n elements with std 1, in nats.
    BLUE_HOST_DEVICE static double entropy_constant(double n) {
        return 0.5 * (1 + log_two_pi + n * log_pi) - math::detail::lgamma_scalar(n / 2) -
               0.5 * (n - 1) * (log_two + euler_gamma);
    }
};

}  // namespace blue
