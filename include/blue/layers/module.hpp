// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The base of all layers and models: random variables, their parameters, children.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/concepts/module.hpp>
#include <blue/concepts/prior.hpp>
#include <blue/distributions/deterministic.hpp>
#include <blue/distributions/joint.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/fwd.hpp>
#include <blue/layers/child_checks.hpp>
#include <blue/layers/pass.hpp>
#include <blue/tensor/buffer.hpp>
#include <blue/tensor/draw.hpp>

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
    /// Distance between parameters, unless those of a joint distribution: whole cache lines.
    static constexpr Index stride = (size + 15) / 16 * 16;
    static constexpr int parameters = Q::parameters::size;
    /// Where parameters of other sizes lie; nullptr without such ones.
    static constexpr const ParameterLayout* layout() {
        if constexpr (is_joint<Q>)
            return &detail::JointLayout<Q, typename RandomVariable::shape>::value;
        else
            return nullptr;
    }
    /// Where parameter k begins; for k = `parameters`, where they end.
    static constexpr Index offset(int k) {
        if constexpr (is_joint<Q>)
            return layout()->offsets[k];
        else
            return k * stride;
    }
    /// Of all parameters, with padding.
    static constexpr Index numbers() { return offset(parameters); }
    /// Elements of parameter k.
    static constexpr Index parameter_size([[maybe_unused]] int k) {
        if constexpr (is_joint<Q>)
            return layout()->sizes[k];
        else
            return size;
    }
    static_assert(typename detail::shape_check_of<Q, typename RandomVariable::shape>::type{});
    /// Numbers per element that the prior keeps; not trained.
    static constexpr int constants = constants_of<P>::size;

    Q distribution{};
    P prior{};
    bool prior_is_rescaled = false;
    FrozenDraws<B> frozen{};
    Buffer<B> values{numbers() + constants * stride};

    typename B::scalar* parameter(int k) { return values.data() + offset(k); }
    const typename B::scalar* parameter(int k) const { return values.data() + offset(k); }
    typename B::scalar* constant(int c) { return parameter(parameters) + c * stride; }
    const typename B::scalar* constant(int c) const { return parameter(parameters) + c * stride; }
};

namespace detail {

template <class Variable>
using is_present = mp::mp_bool<Variable::present>;
/// One policy for each variable that is there: the same for all, or those of a list.
template <class Policy, class Declared>
struct policies_for {
    using type = mp::mp_fill<mp::mp_copy_if<Declared, is_present>, Policy>;
    using check = requirement::check;
};
template <class... Policies, class Declared>
struct policies_for<per_variable<Policies...>, Declared> {
    using Present = mp::mp_copy_if<Declared, is_present>;
    static constexpr int declared = Declared::size, present = Present::size;
    static constexpr int listed = sizeof...(Policies);
    static constexpr bool fits = listed == declared || listed == present;

    template <class Pair>
    using belongs_to_present = is_present<mp::mp_first<Pair>>;
    static auto list() {
        if constexpr (listed == present)
            return per_variable<Policies...>{};
        else if constexpr (listed == declared)
            return mp::mp_transform<
                mp::mp_second,
                mp::mp_copy_if<mp::mp_transform<mp::mp_list, Declared, per_variable<Policies...>>,
                               belongs_to_present>>{};
        else  // after an error
            return mp::mp_fill<Present, MeanFieldNormal>{};
    }
    using type = decltype(list());
    using check = requirement::policy_count<fits, per_variable<Policies...>,
                                            requirement::expected<requirement::count<present>>,
                                            requirement::given<requirement::count<listed>>>;
};

/// The checks of a module's policies.
template <class... Checks>
struct policy_checks : requirement::check {
    static_assert((Checks{} && ...));
};
template <class B>
struct draws_with {
    template <class Q>
    using fn = typename requirement::joint_draws_check<Q, B>::type;
};
template <class Declared, class Q, class P, class B>
using policy_checks_of = mp::mp_append<
    policy_checks<typename policies_for<Q, Declared>::check,
                  typename policies_for<P, Declared>::check>,
    mp::mp_apply<policy_checks, mp::mp_transform<requirement::variational,
                                                 typename policies_for<Q, Declared>::type>>,
    mp::mp_apply<policy_checks,
                 mp::mp_transform_q<draws_with<B>, typename policies_for<Q, Declared>::type>>,
    mp::mp_apply<policy_checks,
                 mp::mp_transform<requirement::prior, typename policies_for<P, Declared>::type,
                                  typename policies_for<Q, Declared>::type>>>;

/// The policies with which the model goes on after an error: stand-ins for wrong ones.
template <class B>
struct make_random_variable {
    template <class Variable, class Q, class P>
    using fn = random_variable<
        Variable,
        std::conditional_t<VariationalDistribution<Q> && can_be_drawn<Q, B>, Q, MeanFieldNormal>,
        std::conditional_t<std::is_same_v<requirement::prior<P, Q>, requirement::check>, P,
                           UniformPrior>>;
};

template <class Declared, class Q, class P, class B>
using own_random_variables =
    mp::mp_apply<mp::mp_list,
                 mp::mp_transform_q<make_random_variable<B>, mp::mp_copy_if<Declared, is_present>,
                                    typename policies_for<Q, Declared>::type,
                                    typename policies_for<P, Declared>::type>>;

/// A module's random variables, then its deterministic parameters. (Two templates, because modules
/// without such parameters are many and must cost nothing.)
template <bool HasParameters>
struct split_declared {
    template <class Declared>
    using random = Declared;
    template <class Declared, class Q, class P, class B>
    using own_variables = own_random_variables<Declared, Q, P, B>;
};
template <>
struct split_declared<true> {
    template <class Variable>
    using chosen = mp::mp_bool<Variable::is_parameter>;
    template <class Variable>
    using held =
        random_variable<Variable, Deterministic<typename Variable::start, Variable::is_trained>,
                        UniformPrior>;

    template <class Declared>
    using random = mp::mp_remove_if<Declared, chosen>;
    template <class Declared, class Q, class P, class B>
    using own_variables = mp::mp_append<
        own_random_variables<random<Declared>, Q, P, B>,
        mp::mp_transform<held, mp::mp_rename<mp::mp_copy_if<Declared, chosen>, mp::mp_list>>>;
};

/// The state of one variable, addressable by its position in a module.
template <std::size_t Position, class RandomVariable, class B>
struct StateLeaf {
    VariableState<RandomVariable, B> state;
};

template <class Indices, class RandomVariables, class B>
struct States;
template <std::size_t... Position, class... V, class B>
struct States<std::index_sequence<Position...>, mp::mp_list<V...>, B>
    : StateLeaf<Position, V, B>... {};

template <std::size_t Position, class V, class B>
VariableState<V, B>& state_of(StateLeaf<Position, V, B>& leaf) {
    return leaf.state;
}
template <std::size_t Position, class V, class B>
const VariableState<V, B>& state_of(const StateLeaf<Position, V, B>& leaf) {
    return leaf.state;
}

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
    /// Its own random variables that are there, then its deterministic parameters and
    /// buffers:    /// `mp_list<random_variable<...>...>`.
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
