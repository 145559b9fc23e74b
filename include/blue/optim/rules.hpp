// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Update rules of optimisers: formulas for one element, used by the kernels of all backends.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <cmath>
#include <string>

namespace blue {

/// A rule that steps mean and scale of a random variable together: its `update` takes arrays of
/// two, and it says `static constexpr bool steps_mean_and_scale = true`. It also has `check()`,
/// `needs_normal_prior` and `point_estimates`, as `Ivon` has.
template <class Rule>
concept NaturalGradientRule = requires {
    requires Rule::steps_mean_and_scale;
};

/// Calls `update` for one element, or one pack of elements, of arrays that are `stride` numbers
/// apart. \param load, store of a number at a position: load(data), store(value, data).
#ifdef __CUDACC__
#pragma nv_exec_check_disable  // on the host, load and store are functions of the host only
#endif
template <class Rule, class S, class T, class Load, class Store>
BLUE_INLINE void update_element(const typename Rule::Constants& constants, T* values,
                                const T* gradients, T* state, Index stride, const Load& load,
                                const Store& store) {
    constexpr int tied = NaturalGradientRule<Rule> ? 2 : 1;
    S value[tied], gradient[tied], arrays[Rule::state_arrays];
    BLUE_UNROLL
    for (int k = 0; k < tied; ++k) value[k] = load(values + k * stride);
    BLUE_UNROLL
    for (int k = 0; k < tied; ++k) gradient[k] = load(gradients + k * stride);
    BLUE_UNROLL
    for (int k = 0; k < Rule::state_arrays; ++k) arrays[k] = load(state + k * stride);
    if constexpr (tied == 1)
        Rule::update(constants, value[0], gradient[0], arrays);
    else
        Rule::update(constants, value, gradient, arrays);
    BLUE_UNROLL
    for (int k = 0; k < tied; ++k) store(value[k], values + k * stride);
    BLUE_UNROLL
    for (int k = 0; k < Rule::state_arrays; ++k) store(arrays[k], state + k * stride);
}

/// Stochastic gradient descent with momentum, as PyTorch defines it: v = momentum v + g, p -= rate
/// v.
struct SGD {
    double learning_rate = 1e-3;
    double momentum = 0;
    double weight_decay = 0;  ///< added to the gradient, times the parameter

    static constexpr int state_arrays = 1;
    struct Constants {
        double rate, momentum, weight_decay;
    };
    /// The numbers of step k = 1, 2, ... with the learning rate times `factor`.
    Constants constants(Index, double factor) const {
        require_not_negative("SGD", "learning rate", learning_rate);
        require_not_negative("SGD", "momentum", momentum);
        require_not_negative("SGD", "weight decay", weight_decay);
        return {learning_rate * factor, momentum, weight_decay};
    }
    template <class T>
    BLUE_HOST_DEVICE static void update(const Constants& c, T& p, T g, T (&state)[1]) {
        g = g + c.weight_decay * p;
        state[0] = c.momentum * state[0] + g;
        p = p - c.rate * state[0];
    }
};

/// Adam (Kingma and Ba 2015), with the bias corrections of its algorithm 1.
struct Adam {
    double learning_rate = 1e-3;
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
    double weight_decay = 0;  ///< added to the gradient, times the parameter

    static constexpr int state_arrays = 2;
    struct Constants {
        double rate, beta1, beta2, eps, correction2, gradient_decay, decay;
    };
    /// A parameter whose gradients were all 0 would be 0 / 0 without `eps`.
    Constants constants(Index step, double factor) const {
        require_not_negative("Adam", "learning rate", learning_rate);
        require_share("Adam", "beta1", beta1);
        require_share("Adam", "beta2", beta2);
        require_positive("Adam", "eps", eps);
        require_not_negative("Adam", "weight decay", weight_decay);
        const double k = static_cast<double>(step), rate = learning_rate * factor;
        return {rate / (1 - std::pow(beta1, k)), beta1,        beta2, eps,
                1 / (1 - std::pow(beta2, k)),    weight_decay, 0};
    }
    template <class T>
    BLUE_HOST_DEVICE static void update(const Constants& c, T& p, T g, T (&state)[2]) {
        g = g + c.gradient_decay * p;
        p = p - c.decay * p;
        state[0] = c.beta1 * state[0] + (1 - c.beta1) * g;
        state[1] = c.beta2 * state[1] + (1 - c.beta2) * g * g;
        p = p - c.rate * state[0] / (sqrt(c.correction2 * state[1]) + c.eps);
    }
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019): p -= rate weight_decay p.
struct AdamW {
    double learning_rate = 1e-3;
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
    double weight_decay = 1e-2;

    static constexpr int state_arrays = 2;
    using Constants = Adam::Constants;
    Constants constants(Index step, double factor) const {
        require_not_negative("AdamW", "weight decay", weight_decay);
        Constants c = Adam{learning_rate, beta1, beta2, eps, 0}.constants(step, factor);
        c.decay = learning_rate * factor * weight_decay;
        return c;
    }
    template <class T>
    BLUE_HOST_DEVICE static void update(const Constants& c, T& p, T g, T (&state)[2]) {
        Adam::update(c, p, g, state);
    }
};

}  // namespace blue
