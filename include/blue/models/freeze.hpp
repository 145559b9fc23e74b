// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks that are held at their means, or at a fixed set of draws.
#pragma once

#include <blue/distributions/joint.hpp>
#include <blue/distributions/traits.hpp>
#include <blue/models/settings.hpp>
#include <blue/models/structure.hpp>
#include <blue/tensor/draw.hpp>

#include <type_traits>

namespace blue {

namespace requirement {

/// A distribution that a network can be held at.
template <bool Ok, class Variational>
struct known_mean : check {
    static_assert(
        Ok,
        "blue: the mean of the variational distribution in known_mean<...> is not known: add "
        "expectation(parameters...), or freeze to draws with freeze(model, Seed{1})");
};

}  // namespace requirement

namespace detail {

template <class Q, class... T>
concept HasExpectation = requires(const Q& q, T... parameters) {
    q.expectation(parameters...);
};

/// The mean of Q in its place, with the same parameters: a point estimate. Made of the object in
/// the model.
template <class Q>
struct AtMean {
    using in_model = Q;
    using parameters = typename Q::parameters;
    using noise = blue::noise::None;
    static constexpr bool positive = is_positive<Q>;

    Q q;

    template <class T, class... Parameters>
    BLUE_HOST_DEVICE T sample(T, T first, Parameters... others) const {
        if constexpr (HasExpectation<Q, T, Parameters...>)
            return q.expectation(first, others...);
        else
            return first;  // of a location-scale family: its centre
    }
    template <class T, class... Parameters>
    BLUE_HOST_DEVICE static T log_prob(T, Parameters...) {
        return T(0);
    }
};

/// The mean of a joint distribution: a draw without a deviation.
template <class Q>
requires is_joint<Q>
struct AtMean<Q> : Q {
    using in_model = Q;
    using noise = blue::noise::None;

    AtMean(const Q& q) : Q(q) {}
    static constexpr Index noise_size(Index) { return 0; }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE void deviate(const JointVariable<T>& variable, const T*, T* deviation,
                                  const Team& team = {}) const {
        team.each(variable.size(), [&](Index e) { deviation[e] = T(0); });
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE double log_prob(const JointVariable<T>&, const T*, const T*,
                                     const Team& = {}) const {
        return 0;
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE void backward(const JointVariable<T>&, const T*, const T*, T,
                                   const JointGradient<T>&, const Team& = {}) const {}
};

/// A fitted prior stays that of the distribution.
template <class Q, class... T>
BLUE_HOST_DEVICE auto expected_square(const AtMean<Q>& mean, double from, T... parameters) {
    using blue::expected_square;
    return expected_square(mean.q, from, parameters...);
}

template <class Q, int... K>
constexpr bool has_mean(std::integer_sequence<int, K...>) {
    return LocationScale<Q> || HasExpectation<Q, decltype(K, math::Number<double>())...>;
}

/// Whether a variable with this distribution can be held at its mean.
template <class Q>
constexpr bool knows_mean() {
    if constexpr (!is_random<Q> || is_joint<Q>)
        return true;
    else
        return has_mean<Q>(std::make_integer_sequence<int, Q::parameters::size>{});
}

/// Holds a random variable, whose mean is known, there.
template <class State>
void hold_at_mean(State& state) {
    using Q = typename State::Q;
    using B = typename std::remove_cvref_t<decltype(state.values)>::backend;
    state.frozen = {};
    if constexpr (is_random<Q> && knows_mean<Q>())
        state.frozen.kernels = draw_kernels<AtMean<Q>, typename State::P>(B{});
}

}  // namespace detail

/// Holds a model, or one of its layers, at the means of its weights until `unfreeze`: passes draw
/// nothing, and a prediction costs one pass. The means are those of the moment, so what `load`,
/// `keep_weights` or an optimiser change counts at once. Losses treat the weights as point
/// estimates: the prior's density at the mean is all of their divergence. Families without a mean
/// (Cauchy) are held at their centre.
template <class M>
void freeze(M& model) {
    detail::visit_variables(model, [](auto& state) {
        using Q = typename std::remove_cvref_t<decltype(state)>::Q;
        static_assert(requirement::known_mean<detail::knows_mean<Q>(), Q>{});
        detail::hold_at_mean(state);
    });
}

/// Fixes the draws of a model, or of one of its layers, until `unfreeze`: sample s of every pass is
/// draw s of this seed, in training and prediction alike, whatever seed the pass has. So repeated
/// passes are one function of inputs and parameters, and losses have no noise (common random
/// numbers). Nothing is stored but the seed.
template <class M>
void freeze(M& model, Seed draws) {
    detail::visit_variables(model, [&](auto& state) {
        // nvcc loses the names of a list that a template assigns without its type.
        using Frozen = std::remove_cvref_t<decltype(state.frozen)>;
        state.frozen = Frozen{.fixed_draws = true, .seed = draws.value};
    });
}

/// Lets a model, or one of its layers, draw its weights again.
template <class M>
void unfreeze(M& model) {
    detail::visit_variables(model, [](auto& state) { state.frozen = {}; });
}

}  // namespace blue
