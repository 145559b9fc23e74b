// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The random variables of a module, from its declaration and its policies.
#pragma once

#include <blue/concepts/module.hpp>
#include <blue/concepts/prior.hpp>
#include <blue/distributions/deterministic.hpp>
#include <blue/distributions/joint.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/layers/variable_state.hpp>

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <type_traits>

namespace blue::detail {

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

}  // namespace blue::detail
