// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How the policies of a layer, or of a stack of layers, are replaced.
#pragma once

#include <blue/layers/options.hpp>
#include <blue/models/residual.hpp>
#include <blue/models/sequential.hpp>

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <cstddef>
#include <type_traits>

namespace blue {

/// In the place of a policy: the one that each layer has.
struct keep_policy {};

namespace requirement {

/// A layer whose policies can be replaced.
template <bool Ok, class Layer>
struct replaceable_policies : check {
    static_assert(Ok,
                  "blue: the policies of this layer cannot be replaced, see the layer in "
                  "replaceable_policies<...>: let its last template arguments be its policies and "
                  "hand them to "
                  "Module, or add template <class Q, class P, class B> using with_policies");
};

}  // namespace requirement

namespace detail {

template <class T>
inline constexpr bool is_policy =
    is_policy_list<T> || VariationalDistribution<T> || Prior<T> || Backend<T>;

/// The template that a layer is made of, its arguments that are types, and how many values stand
/// before them.
template <class L>
struct template_of {
    static void with(...) = delete;
    using arguments = mp::mp_list<>;
    static constexpr int values = 0;
};
template <template <class...> class L, class... X>
struct template_of<L<X...>> {
    template <class... Y>
    static std::type_identity<L<Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 0;
};
template <template <auto, class...> class L, auto A, class... X>
struct template_of<L<A, X...>> {
    template <class... Y>
    static std::type_identity<L<A, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 1;
};
template <template <auto, auto, class...> class L, auto A, auto B, class... X>
struct template_of<L<A, B, X...>> {
    template <class... Y>
    static std::type_identity<L<A, B, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 2;
};
template <template <auto, auto, auto, class...> class L, auto A, auto B, auto C, class... X>
struct template_of<L<A, B, C, X...>> {
    template <class... Y>
    static std::type_identity<L<A, B, C, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 3;
};
template <template <auto, auto, auto, auto, class...> class L, auto A, auto B, auto C, auto D,
          class... X>
struct template_of<L<A, B, C, D, X...>> {
    template <class... Y>
    static std::type_identity<L<A, B, C, D, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 4;
};

/// The policies of a layer and what takes their place.
template <class L, class Q, class P, class B>
struct replaced_arguments {
    template <class Old, class New>
    using choose = std::conditional_t<std::is_same_v<New, keep_policy>, Old, New>;
    template <class T>
    using policy = mp::mp_bool<is_policy<T>>;

    /// What is no policy comes first and stays: options such as `without_bias`.
    using arguments = typename template_of<L>::arguments;
    static constexpr std::size_t first = mp::mp_find_if<arguments, policy>::value;
    using options = mp::mp_take_c<arguments, first>;
    using policies = mp::mp_drop_c<arguments, first>;
    static constexpr std::size_t given = mp::mp_size<policies>::value;

    /// Whether the policies are what their places are for.
    static constexpr bool in_order = []<class... X>(mp::mp_list<X...>) {
        int place = 0;
        return (true && ... &&
                (place++ == 0 ? is_policy_list<X> || VariationalDistribution<X>
                 : place == 2 ? is_policy_list<X> || Prior<X>
                              : place == 3 && Backend<X>));
    }(policies{});

    /// Those that are not given have the defaults of built-in layers.
    using old = mp::mp_apply<layer_policies, policies>;
    using present =
        mp::mp_list<typename old::variational, typename old::prior, typename old::backend>;
    using wanted = mp::mp_list<choose<typename old::variational, Q>, choose<typename old::prior, P>,
                               choose<typename old::backend, B>>;
    using every = mp::mp_append<options, wanted>;
    /// Of a layer that takes no more policies than it has.
    using as_many = mp::mp_append<options, mp::mp_take_c<wanted, (given < 3 ? given : 3)>>;
    static constexpr bool has_all_that_change = (given > 0 || std::is_same_v<Q, keep_policy>)&&(
        given > 1 || std::is_same_v<P, keep_policy>)&&(given > 2 || std::is_same_v<B, keep_policy>);
};

/// Whether a layer computes with what replaces its backend.
template <class L, class B>
inline constexpr bool takes_backend = computes_with<L, B>;
template <class L>
inline constexpr bool takes_backend<L, keep_policy> = true;

/// What a layer with `with_policies` is told: one with random variables which policies it keeps,
/// one that only contains others hands `keep_policy` on.
template <class L, class New, std::size_t Position>
struct told_policy {
    using type = New;
};
template <class L, std::size_t Position>
requires(!mp::mp_empty<typename own_variables_of<L>::type>::value) struct told_policy<
    L, keep_policy, Position> {
    using type = mp::mp_at_c<typename L::given_policies, Position>;
};

template <class Variable>
using is_drawn = mp::mp_bool<!is_deterministic<typename Variable::variational_distribution>>;

/// A layer with other template arguments, if they reach the random variables that it has.
template <class Arguments, class Old, class New>
constexpr auto if_handed_on(std::type_identity<New> rewritten) {
    if constexpr (requires { typename Old::given_policies; } &&
                  !std::is_same_v<typename Arguments::wanted, typename Arguments::present>) {
        constexpr bool draws = mp::mp_any_of<typename Old::own_variables, is_drawn>::value;
        if constexpr (draws &&
                      std::is_same_v<typename Old::given_policies, typename New::given_policies>)
            return std::type_identity<requirement::replaceable_policies<false, Old>>{};
        else
            return rewritten;
    } else {
        return rewritten;
    }
}

template <class L, class Q, class P, class B>
constexpr auto with_replaced_policies() {
    using Arguments = replaced_arguments<L, Q, P, B>;
    using NewQ = typename told_policy<L, Q, 0>::type;
    using NewP = typename told_policy<L, P, 1>::type;
    using NewB = typename told_policy<L, B, 2>::type;
    if constexpr (requires { typename L::template with_policies<NewQ, NewP, NewB>; }) {
        using Found = typename L::template with_policies<NewQ, NewP, NewB>;
        if constexpr (takes_backend<Found, B>)
            return std::type_identity<Found>{};
        else
            return std::type_identity<requirement::replaceable_policies<false, L>>{};
    } else if constexpr (mp::mp_empty<random_variables<L>>::value && takes_backend<L, B>)
        return std::type_identity<L>{};
    else if constexpr (!Arguments::in_order)
        return std::type_identity<requirement::replaceable_policies<false, L>>{};
    else if constexpr (requires { template_of<L>::with(typename Arguments::every{}); })
        return if_handed_on<Arguments, L>(
            decltype(template_of<L>::with(typename Arguments::every{})){});
    else if constexpr (requires { template_of<L>::with(typename Arguments::as_many{}); } &&
                       Arguments::has_all_that_change && Arguments::given > 0)
        return if_handed_on<Arguments, L>(
            decltype(template_of<L>::with(typename Arguments::as_many{})){});
    else
        return std::type_identity<requirement::replaceable_policies<false, L>>{};
}

/// After an error in the place of a layer that stays on another backend.
struct not_replaced {
    template <class X>
    X operator()(auto&, X x) const {
        return x;
    }
};

/// A layer with other policies; itself after an error.
template <class L, class Q, class P, class B>
struct replaced {
    using found = typename decltype(with_replaced_policies<L, Q, P, B>())::type;
    using failure = requirement::replaceable_policies<false, L>;
    static constexpr bool failed = std::is_same_v<found, failure>;
    static_assert(std::conditional_t<failed, failure, requirement::check>{});
    using type =
        std::conditional_t<failed, std::conditional_t<takes_backend<L, B>, L, not_replaced>, found>;
};
template <fixed_string Name, class Layer, class Q, class P, class B>
struct replaced<named<Name, Layer>, Q, P, B> {
    using type = named<Name, typename replaced<Layer, Q, P, B>::type>;
};
template <class... Layers, class Q, class P, class B>
struct replaced<Sequential<Layers...>, Q, P, B> {
    using type = Sequential<typename replaced<Layers, Q, P, B>::type...>;
};
template <class... Layers, class Q, class P, class B>
struct replaced<Residual<Layers...>, Q, P, B> {
    using type = Residual<typename replaced<Layers, Q, P, B>::type...>;
};

}  // namespace detail

}  // namespace blue
