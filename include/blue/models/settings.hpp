// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the initial values of a model follow from: a seed, and settings for its distributions.
#pragma once

#include <blue/distributions/traits.hpp>
#include <blue/models/structure.hpp>

#include <boost/mp11/algorithm.hpp>

#include <type_traits>

namespace blue {

/// What all random numbers of a model or a training run follow from.
struct Seed {
    std::uint64_t value;
    constexpr explicit Seed(std::uint64_t seed) : value(seed) {}
};

/// What `posterior(q)` and `prior(p)` give.
template <class D>
struct PosteriorSetting {
    D distribution;
};
template <class D>
struct PriorSetting {
    D distribution;
};

/// A setting for all variables whose variational distribution has this type: they get this object.
/// `Net net{Seed{1}, posterior(MeanFieldNormal{.std = 0.1})};` Throws ValueError for impossible
/// options, such as a negative standard deviation.
template <class Q>
PosteriorSetting<Q> posterior(Q distribution) {
    detail::require_valid("posterior", distribution);
    if constexpr (requires { distribution.validate_draws(); }) distribution.validate_draws();
    return {distribution};
}
/// A setting for all variables whose prior has this type: they get this object. Throws ValueError
/// for impossible options.
template <class P>
PriorSetting<P> prior(P distribution) {
    detail::require_valid("prior", distribution);
    return {distribution};
}

namespace detail {

template <class Placed>
using variational_of = typename Placed::variable::variational_distribution;
template <class Placed>
using prior_of = typename Placed::variable::prior;

template <class M, class Setting>
struct setting_check {
    static constexpr bool is_setting = false, applies = true;
};
template <class M>
struct setting_check<M, ModuleOptions> {
    static constexpr bool is_setting = true, applies = true;
};
template <class M, class D>
struct setting_check<M, PosteriorSetting<D>> {
    static constexpr bool is_setting = true;
    static constexpr bool applies =
        mp::mp_contains<mp::mp_transform<variational_of, random_variables<M>>, D>::value;
};
template <class M, class D>
struct setting_check<M, PriorSetting<D>> {
    static constexpr bool is_setting = true;
    static constexpr bool applies =
        mp::mp_contains<mp::mp_transform<prior_of, random_variables<M>>, D>::value;
};

template <class M, class Setting>
constexpr void check_setting() {
    using Check = setting_check<M, Setting>;
    static_assert(requirement::setting<Check::is_setting, requirement::given<Setting>>{});
    static_assert(requirement::setting_applies<Check::applies, Setting, M>{});
}

template <class State, class D>
void apply_setting(State& state, const PosteriorSetting<D>& setting) {
    if constexpr (std::is_same_v<typename State::Q, D>) state.distribution = setting.distribution;
}
template <class State, class D>
void apply_setting(State& state, const PriorSetting<D>& setting) {
    if constexpr (std::is_same_v<typename State::P, D>) {
        state.prior = setting.distribution;
        state.prior_is_rescaled = false;
    }
}
template <class State, class Other>
void apply_setting(State&, const Other&) {}

inline void apply_module_setting(ModuleOptions& to, const ModuleOptions& from) {
    to = from;
}
template <class Setting>
void apply_module_setting(ModuleOptions&, const Setting&) {}

}  // namespace detail

}  // namespace blue
