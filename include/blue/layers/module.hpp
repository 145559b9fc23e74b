// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The base of all layers and models: random variables, their parameters, children.
#pragma once

#include <blue/concepts/distribution.hpp>
#include <blue/layers/children.hpp>
#include <blue/layers/pass.hpp>
#include <blue/tensor/buffer.hpp>

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

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

/// A random variable with its distributions, as a type: `Variable` is `variable<name, extents...>`.
template <class Variable, class Q, class P>
struct random_variable : Variable {
    using variational_distribution = Q;
    using prior = P;
};

/// A random variable of a module at run time: its policy objects and parameters.
template <class RandomVariable, class B>
struct VariableState {
    using variable = RandomVariable;
    using Q = typename RandomVariable::variational_distribution;
    using P = typename RandomVariable::prior;
    static constexpr Index size = RandomVariable::shape::size;
    /// Distance between parameters: whole cache lines.
    static constexpr Index stride = (size + 15) / 16 * 16;
    static constexpr int parameters = Q::parameters::size;

    Q distribution{};
    P prior{};
    bool prior_is_rescaled = false;
    Buffer<B> values{parameters * stride};

    typename B::scalar* parameter(int k) { return values.data() + k * stride; }
    const typename B::scalar* parameter(int k) const { return values.data() + k * stride; }
};

namespace detail {

namespace mp = boost::mp11;

/// The policy of variable I: one for all, or one per variable.
template <class Policy, std::size_t I>
struct policy_at {
    using type = Policy;
    static const Policy& get(const Policy& policy) { return policy; }
};
template <class... Policies, std::size_t I>
struct policy_at<per_variable<Policies...>, I> {
    // Beyond the end of a list that is too short: an error has been given already.
    using type = mp::mp_at_c<mp::mp_list<Policies..., MeanFieldNormal>,
                             (I < sizeof...(Policies) ? I : sizeof...(Policies))>;
};

template <class Policy, int Variables>
inline constexpr int policy_count = Variables;
template <class... Policies, int Variables>
inline constexpr int policy_count<per_variable<Policies...>, Variables> = sizeof...(Policies);

template <class Variable, class Q, class P>
struct make_random_variable {
    using variational = typename decltype(requirement::variational<Q>())::type;
    using type =
        random_variable<Variable, variational, typename decltype(requirement::prior<P, variational>())::type>;
};

template <class Indices, class Variables, class Q, class P>
struct random_variables_of;
template <std::size_t... I, class... V, class Q, class P>
struct random_variables_of<std::index_sequence<I...>, variables<V...>, Q, P> {
    template <std::size_t J, class Variable>
    static auto list() {
        if constexpr (Variable::present)
            return mp::mp_list<typename make_random_variable<Variable, typename policy_at<Q, J>::type,
                                                             typename policy_at<P, J>::type>::type>{};
        else
            return mp::mp_list<>{};
    }
    using type = mp::mp_append<mp::mp_list<>, decltype(list<I, V>())...>;
};

/// The state of one variable, addressable by its position in a module.
template <std::size_t I, class RandomVariable, class B>
struct StateLeaf {
    VariableState<RandomVariable, B> state;
};

template <class Indices, class RandomVariables, class B>
struct States;
template <std::size_t... I, class... V, class B>
struct States<std::index_sequence<I...>, mp::mp_list<V...>, B> : StateLeaf<I, V, B>... {};

template <std::size_t I, class V, class B>
VariableState<V, B>& state_of(StateLeaf<I, V, B>& leaf) {
    return leaf.state;
}
template <std::size_t I, class V, class B>
const VariableState<V, B>& state_of(const StateLeaf<I, V, B>& leaf) {
    return leaf.state;
}

}  // namespace detail

/// The base of a layer or model: `struct Gated : Module<Gated, variables<...>, Q, P, B>`.
///
/// \tparam Self the deriving class, which has `auto forward(auto& pass, auto x...) const`.
/// \tparam Variables its own random variables, `variables<variable<"weight", 3, 4>, ...>`.
/// \tparam VariationalT variational distribution of all variables, or `per_variable<...>`.
/// \tparam PriorT prior of all variables, or `per_variable<...>`.
/// \tparam BackendT where it computes.
template <class Self, class Variables, class VariationalT = MeanFieldNormal,
          class PriorT = MeanFieldNormal, class BackendT = Cpu<float>>
class Module {
    static constexpr int declared = Variables::size;
    static_assert(sizeof(requirement::policy_count<
                         detail::policy_count<VariationalT, declared> == declared, declared,
                         detail::policy_count<VariationalT, declared>>) > 0);
    static_assert(sizeof(requirement::policy_count<detail::policy_count<PriorT, declared> == declared,
                                             declared, detail::policy_count<PriorT, declared>>) > 0);

public:
    using backend = BackendT;
    using declared_variables = Variables;
    /// Its own random variables that are there: `mp_list<random_variable<...>...>`.
    using own_variables = typename detail::random_variables_of<
        std::make_index_sequence<static_cast<std::size_t>(declared)>, Variables, VariationalT,
        PriorT>::type;
    using module_tag = void;

    Module() = default;
    /// Policy objects with options, such as `MeanFieldNormal{.std = 0.1}`, for all variables.
    explicit Module(const VariationalT& variational, const PriorT& prior = {},
                    const ModuleOptions& options = {})
        requires(!detail::is_policy_list<VariationalT> && !detail::is_policy_list<PriorT>)
        : module_options(options) {
        for_each_state([&](auto& state) {
            state.distribution = variational;
            state.prior = prior;
        });
    }

    /// Runs the module within a pass.
    template <class Pass, class... X>
    auto operator()(Pass& pass, X... x) const {
        return static_cast<const Self&>(*this).forward(pass, x...);
    }

    ModuleOptions module_options{};

    /// The state of the random variable `Name`.
    template <fixed_string Name>
    auto& state(name<Name> = {}) {
        return detail::state_of<static_cast<std::size_t>(detail::variable_index<own_variables, Name>)>(
            states_);
    }
    template <fixed_string Name>
    const auto& state(name<Name> = {}) const {
        return detail::state_of<static_cast<std::size_t>(detail::variable_index<own_variables, Name>)>(
            states_);
    }

    /// The state of the I-th of its own random variables.
    template <std::size_t I>
    const auto& state_at() const {
        return detail::state_of<I>(states_);
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

    template <class States, class F, std::size_t... I>
    static void for_each(States& states, F& f, std::index_sequence<I...>) {
        (f(detail::state_of<I>(states)), ...);
    }

    detail::States<Indices, own_variables, BackendT> states_;
};

}  // namespace blue
