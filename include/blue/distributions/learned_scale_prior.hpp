// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A normal prior whose width follows from the weights.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/traits.hpp>
#include <blue/error.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace blue {

/// A normal prior of one variable whose standard deviation is not given but the best one: that
/// which minimises the divergence from all of the variable's elements, so type-II maximum
/// likelihood within the evidence lower bound (MacKay 1992; Wu et al. 2019, "Deterministic
/// Variational Inference for Robust Bayesian Neural Networks", equation 12). It is the root of the
/// mean of E_q[(w - mean)^2], computed anew in every pass: there is nothing to train or to save,
/// and the gradient is exact, because at a minimum the divergence does not change with the standard
/// deviation (in Monte Carlo divergences on average over the draws).
///
/// With a `hyper_scale` the standard deviation has a half-Cauchy density of that scale itself, as
/// Gelman (2006, "Prior distributions for variance parameters in hierarchical models") recommends
/// against widths far above it, and is its mode given q; minus the logarithm of that density is
/// then part of the divergence. Neither form keeps a variable that the data do not ask for from
/// shrinking together with its prior.
///
/// For distributions whose `expectation` and `variance` are known; not for point estimates, with
/// which the density would grow without bound.
struct LearnedScalePrior {
    double mean = 0;
    double std = 1;      ///< where `prior_initialization` starts; each pass replaces it in a copy
    double eps = 1e-10;  ///< added to the variance in the density
    double hyper_scale = std::numeric_limits<double>::infinity();  ///< infinite: no hyperprior

    using parameters = MeanFieldNormal::parameters;

    template <class T>
    BLUE_HOST_DEVICE T log_prob(T w, T mean, T std) const {
        return normal().log_prob(w, mean, std);
    }
    template <class T>
    BLUE_HOST_DEVICE static T standard_log_prob(T z) {
        return MeanFieldNormal::standard_log_prob(z);
    }
    constexpr std::array<double, 2> defaults() const { return {mean, std}; }
    void validate() const {
        require_not_negative("LearnedScalePrior", "eps", eps);
        if (!(hyper_scale > 0))
            throw ValueError("LearnedScalePrior: expected a positive hyper_scale, got ",
                             hyper_scale);
    }
    constexpr double variance_floor() const { return eps; }
    constexpr double norm_constant() const { return MeanFieldNormal::constant; }
    /// Where `prior_initialization` starts, and the hyperprior, in a narrower layer.
    constexpr void rescale(double c) {
        mean *= c;
        std *= c + 1e-5;
        hyper_scale *= c + 1e-5;
    }
    BLUE_HOST_DEVICE constexpr MeanFieldNormal normal() const { return {mean, std, eps}; }

    /// What the standard deviation follows from: the sum over all elements.
    template <class Q, class... T>
    BLUE_HOST_DEVICE auto statistic(const Q& q, T... parameters) const
        -> decltype(expected_square(q, 0.0, parameters...)) {
        return expected_square(q, mean, parameters...);
    }
    /// Takes the best standard deviation for that sum over `count` elements. Returns the log
    /// density of the hyperprior there in nats; 0 without one.
    double fit(double sum, Index count) {
        const double n = static_cast<double>(count);
        if (std::isinf(hyper_scale)) {
            std = std::sqrt(sum / n);
            return 0;
        }
        // With v = std^2 and c = 1 / hyper_scale^2, the derivative of n log(v) / 2 + sum / 2v +
        // log(1 + c v) is 0 where (n + 2) c v^2 + (n - c sum) v - sum = 0; one root is positive.
        const double c = 1 / (hyper_scale * hyper_scale);
        const double b = n - c * sum, root = std::sqrt(b * b + 4 * (n + 2) * c * sum);
        std = std::sqrt(b > 0 ? 2 * sum / (b + root) : (root - b) / (2 * (n + 2) * c));
        constexpr double log_two_over_pi = -0.45158270528945486473;
        return log_two_over_pi - std::log(hyper_scale) - std::log1p(c * std * std);
    }
};

/// The divergence from the normal prior of this standard deviation.
template <class Q, class... T>
requires requires(const Q& q, T... parameters) {
    q.entropy(parameters...);
    expected_square(q, 0.0, parameters...);
}
BLUE_HOST_DEVICE auto kl(const Q& q, const LearnedScalePrior& p, T... parameters) {
    return detail::kl_from_normal(q, p.mean, p.std, parameters...);
}

/// The prior of a variable with the options that follow from its parameters now:
/// `fitted_prior(layer<0>(net).state<"weight">()).std`. Waits for the device.
template <class State>
requires FittedPrior<typename State::P>
auto fitted_prior(const State& state) {
    using B = typename std::remove_cvref_t<decltype(state.values)>::backend;
    using Q = typename State::Q;
    using Parameters = typename Q::parameters;
    using Number = math::Number<double>;
    std::vector<typename B::scalar> stored(static_cast<std::size_t>(state.values.size()));
    B::memory::copy_to_host(stored.data(), state.values.data(), state.values.size());
    typename State::P prior = state.prior;
    double sum = 0;
    if constexpr (is_joint<Q>) {
        const auto log_std =
            detail::log_standard_deviations(state.distribution, *State::layout(), stored);
        for (std::size_t e = 0; e < log_std.size(); ++e)
            sum += prior.statistic(detail::MarginalOf<Q>{}, Number(static_cast<double>(stored[e])),
                                   Number(std::exp(static_cast<double>(log_std[e]))))[0];
    } else {
        for (Index e = 0; e < State::size; ++e)
            sum += [&]<std::size_t... K>(std::index_sequence<K...>) {
                const auto natural = [&](std::size_t k) {
                    const auto at =
                        static_cast<std::size_t>(static_cast<Index>(k) * State::stride + e);
                    return Number(
                        natural_value(Parameters::transforms[k], static_cast<double>(stored[at])));
                };
                return prior.statistic(state.distribution, natural(K)...)[0];
            }
        (std::make_index_sequence<static_cast<std::size_t>(Parameters::size)>{});
    }
    prior.fit(sum, State::size);
    return prior;
}

}  // namespace blue
