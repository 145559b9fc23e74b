// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The base of all layers and models: random variables, their parameters, children.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/concepts/module.hpp>
#include <blue/fwd.hpp>
#include <blue/layers/child_checks.hpp>
#include <blue/layers/own_variables.hpp>
#include <blue/layers/pass.hpp>
#include <blue/layers/variable_state.hpp>

#include <boost/mp11/list.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace blue {

/// How a module starts: torch_blue's options.
struct ModuleOptions {
    /// Narrow the prior to the layer's width: scaling parameters times c = 1 / sqrt(3 fan_in).
    bool rescale_prior = false;
    /// Scale the initial spread by 1 / sqrt(fan_in).
    bool kaiming_initialization = true;
    /// Start at the prior's parameters instead.
    bool prior_initialization = false;
};

namespace detail {

/// The state of a variable by name; the first one after an error.
template <class M, class Name, class States>
auto& named_state(States& states) {
    using Lookup = variable_lookup<M, Name>;
    static_assert(typename Lookup::check{});
    if constexpr (Lookup::declared)
        return state_of<static_cast<std::size_t>(Lookup::index)>(states);
    else
        return state_of<0>(states);
}

}  // namespace detail

/// The base of a layer or model: `struct Gated : Module<Gated, variables<...>, Q, P, B>`.
///
/// \tparam Self the deriving class, which has `auto forward(auto& pass, auto x...) const`.
/// \tparam Variables its own random variables and deterministic parameters,
///   `variables<variable<"weight", 3, 4>, parameter<"scale", ones, 3>, ...>`.
/// \tparam VariationalT variational distribution of all variables, or `per_variable<...>`.
/// \tparam PriorT prior of all variables, or `per_variable<...>`.
/// \tparam BackendT where it computes.
template <class Self, class Variables, class VariationalT = MeanFieldNormal,
          class PriorT = MeanFieldNormal, class BackendT = Cpu<float>>
class Module {
    static_assert(requirement::backend<Backend<BackendT>, requirement::given<BackendT>>{});
    using Split = detail::split_declared<Variables::has_parameters>;
    static_assert(detail::policy_checks_of<typename Split::template random<Variables>, VariationalT,
                                           PriorT, BackendT>{});

public:
    /// Where it computes; a stand-in after an error.
    using backend = std::conditional_t<Backend<BackendT>, BackendT, Cpu<float>>;
    using declared_variables = Variables;
    /// As they are given, also for all variables together.
    using given_policies = detail::mp::mp_list<VariationalT, PriorT, BackendT>;
    /// Its own random variables that are there, then its deterministic parameters and buffers:
    /// `mp_list<random_variable<...>...>`.
    using own_variables =
        typename Split::template own_variables<Variables, VariationalT, PriorT, BackendT>;
    using module_tag = void;

    Module() {
        static_assert(
            requirement::forward_function<detail::has_forward<Self>, requirement::given<Self>>{});
        static_assert(
            detail::children_check<backend, typename detail::child_entries_of<Self>::type>{});
    }
    /// Policy objects with options, such as `MeanFieldNormal{.std = 0.1}`, for all variables.
    explicit Module(
        const VariationalT& variational, const PriorT& prior = {},
        const ModuleOptions& options = {}) requires(!detail::is_policy_list<VariationalT> &&
                                                    !detail::is_policy_list<PriorT>)
        : Module() {
        module_options = options;
        for_each_state([&](auto& state) {
            // Not so after an error, with a stand-in.
            if constexpr (std::is_same_v<decltype(state.distribution), VariationalT>)
                state.distribution = variational;
            if constexpr (std::is_same_v<decltype(state.prior), PriorT>) state.prior = prior;
        });
    }

    /// An error that names `make`: children are not there yet when this base is constructed.
    template <std::same_as<Seed> S, class... Settings>
    Module(S, const Settings&...) : Module() {
        static_assert(requirement::made<!std::is_same_v<S, Seed>, requirement::given<Self>>{});
    }

    /// Runs the module within a pass.
    template <class Pass, class First, class... X>
    auto operator()(Pass& pass, First first, X... x) const {
        const Self& self = static_cast<const Self&>(*this);
        if constexpr (!detail::has_forward<Self>)
            return first;  // after the error
        else if constexpr (requires { typename Pass::observer; })
            return pass.observe(self, [&] { return self.forward(pass, first, x...); });
        else
            return self.forward(pass, first, x...);
    }

    ModuleOptions module_options{};

    /// The state of a random variable: `linear.state<"weight">().prior.std`, and in templates,
    /// without the word template, `linear.state("weight"_v)`.
    template <fixed_string Name>
    auto& state() {
        return detail::named_state<Module, name<Name>>(states_);
    }
    template <fixed_string Name>
    const auto& state() const {
        return detail::named_state<Module, name<Name>>(states_);
    }
    template <class Name>
    auto& state(Name) {
        return detail::named_state<Module, Name>(states_);
    }
    template <class Name>
    const auto& state(Name) const {
        return detail::named_state<Module, Name>(states_);
    }

    /// The state of the I-th of its own random variables.
    template <std::size_t Position>
    auto& state_at() {
        return detail::state_of<Position>(states_);
    }
    template <std::size_t Position>
    const auto& state_at() const {
        return detail::state_of<Position>(states_);
    }

    /// Calls f(state) for each of its own random variables.
    template <class F>
    void for_each_state(F&& f) {
        for_each(states_, f, Indices{});
    }
    template <class F>
    void for_each_state(F&& f) const {
        for_each(states_, f, Indices{});
    }

private:
    using Indices = std::make_index_sequence<detail::mp::mp_size<own_variables>::value>;

    template <class States, class F, std::size_t... Position>
    static void for_each(States& states, F& f, std::index_sequence<Position...>) {
        (f(detail::state_of<Position>(states)), ...);
    }

    detail::States<Indices, own_variables, backend> states_;
};

}  // namespace blue
