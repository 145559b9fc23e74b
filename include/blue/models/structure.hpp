// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a model consists of: its random variables and variational parameters, as lists at compile
/// time and as a walk at run time.
#pragma once

#include <blue/layers/child_checks.hpp>
#include <blue/layers/module.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace blue {

/// A random variable and its place in a model.
template <class Path, class RandomVariable>
struct placed_variable {
    using path = Path;
    using variable = RandomVariable;
    /// Where it is, as in a state dict: "2.gated.weight".
    static constexpr std::string_view name =
        path_name<typename Path::template append<blue::key(RandomVariable::name)>>;
};

/// A variational parameter and its place in a model.
template <class Path, class RandomVariable, int K>
struct placed_parameter {
    using path = Path;
    using variable = RandomVariable;
    using shape =
        typename detail::parameter_shape<typename RandomVariable::variational_distribution,
                                         typename RandomVariable::shape, K>::type;
    static constexpr int index = K;
    static constexpr fixed_string stored_name =
        RandomVariable::variational_distribution::parameters::stored_names[K];
    /// Its name in state dicts: "2.gated._weight_log_std"; of a deterministic parameter "2.weight".
    static constexpr std::string_view name =
        is_deterministic<typename RandomVariable::variational_distribution>
            ? placed_variable<Path, RandomVariable>::name
            : parameter_name<Path, RandomVariable::name, stored_name>;
    /// What it is of its variable: "log_std".
    static constexpr std::string_view kind = path_name<blue::path<blue::key(stored_name)>>;
};

namespace detail {

template <class M>
struct own_variables_of {
    using type = mp::mp_list<>;
};
template <class M>
requires requires {
    typename M::own_variables;
}
struct own_variables_of<M> {
    using type = typename M::own_variables;
};

template <class Path>
struct place {
    template <class RandomVariable>
    using fn = placed_variable<Path, RandomVariable>;
};

template <class M, class Path>
struct variables_in;
template <class Path, class Entries>
struct variables_in_children;
template <class Path, class... Entries>
struct variables_in_children<Path, mp::mp_list<Entries...>> {
    using type =
        mp::mp_append<mp::mp_list<>,
                      typename variables_in<typename Entries::type,
                                            typename Path::template append<Entries::key>>::type...>;
};
template <class M, class Path>
struct variables_in {
    using type =
        mp::mp_append<mp::mp_transform_q<place<Path>, typename own_variables_of<M>::type>,
                      typename variables_in_children<Path, typename valid_children<M>::type>::type>;
};

template <class Placed, class Indices>
struct parameters_in;
template <class Path, class V, int... K>
struct parameters_in<placed_variable<Path, V>, std::integer_sequence<int, K...>> {
    using type = mp::mp_list<placed_parameter<Path, V, K>...>;
};
template <class Placed>
using parameters_in_t = typename parameters_in<
    Placed, std::make_integer_sequence<
                int, Placed::variable::variational_distribution::parameters::size>>::type;

}  // namespace detail

/// The random variables of a model in the order of its slots: own variables first, then those of
/// the children. Point estimates and deterministic parameters are among them: variables that are
/// the same in all samples, and contribute 0 to log q. `mp_list<placed_variable<Path,
/// RandomVariable>...>`.
template <class M>
using random_variables = typename detail::variables_in<M, path<>>::type;

/// The variational parameters of a model in the order of the state dict:
/// `mp_list<placed_parameter<Path, RandomVariable, K>...>`.
template <class M>
using variational_parameters =
    detail::mp::mp_flatten<detail::mp::mp_transform<detail::parameters_in_t, random_variables<M>>>;

template <class M>
inline constexpr int random_variable_count =
    static_cast<int>(detail::mp::mp_size<random_variables<M>>::value);

/// The backend of a model: that of its first layer that has one.
template <class M>
using backend_of = typename detail::backend_in<M>::type;

namespace detail {
/// Whether a model computes with the backend B, or has none.
template <class M, class B>
inline constexpr bool computes_with =
    std::is_same_v<backend_of<M>, B> || std::is_void_v<backend_of<M>>;

template <class List>
struct list_names;
template <class... Entries>
struct list_names<mp::mp_list<Entries...>> {
    static constexpr std::array<std::string_view, sizeof...(Entries)> value{Entries::name...};
};
template <class List>
struct list_kinds;
template <class... Entries>
struct list_kinds<mp::mp_list<Entries...>> {
    static constexpr std::array<std::string_view, sizeof...(Entries)> value{Entries::kind...};
};
template <class List>
struct parameter_total;
template <class... Entries>
struct parameter_total<mp::mp_list<Entries...>> {
    template <class Entry>
    static constexpr Index trained =
        is_trained<typename Entry::variable::variational_distribution> ? Entry::shape::size : 0;
    static constexpr Index value = (Index{0} + ... + trained<Entries>);
};
}  // namespace detail

/// The names of a model's random variables: "0.weight", "0.bias", ...
template <class M>
inline constexpr auto random_variable_names = detail::list_names<random_variables<M>>::value;

/// The state-dict names of a model's variational parameters: "0._weight_mean", ...
template <class M>
inline constexpr auto variational_parameter_names =
    detail::list_names<variational_parameters<M>>::value;

/// What these are of their variables: "mean", "log_std", ...
template <class M>
inline constexpr auto variational_parameter_kinds =
    detail::list_kinds<variational_parameters<M>>::value;

namespace detail {

template <class Placed, class Names>
struct constants_in;
template <class Path, class V, fixed_string... Name>
struct constants_in<placed_variable<Path, V>, names<Name...>> {
    template <fixed_string Constant>
    struct placed {
        static constexpr std::string_view name =
            parameter_name<Path, V::name, fixed_string("prior_") + Constant>;
    };
    using type = mp::mp_list<placed<Name>...>;
};
template <class Placed>
using constants_in_t =
    typename constants_in<Placed, constants_of<typename Placed::variable::prior>>::type;

}  // namespace detail

/// The state-dict names of the numbers that priors keep for each element: "0._weight_prior_centre".
template <class M>
inline constexpr auto prior_constant_names = detail::list_names<detail::mp::mp_flatten<
    detail::mp::mp_transform<detail::constants_in_t, random_variables<M>>>>::value;

/// How many numbers a model trains.
template <class M>
inline constexpr Index parameter_count = detail::parameter_total<variational_parameters<M>>::value;

namespace detail {

template <class M, class F, class... Entries>
void visit_children(M& model, F& f, mp::mp_list<Entries...>);

/// Calls f(module) for the model and everything in it that has random variables of its own or
/// children, in the order of the slots.
template <class M, class F>
void visit_modules(M& model, F& f) {
    if constexpr (requires { typename std::remove_const_t<M>::own_variables; }) f(model);
    visit_children(model, f, typename valid_children<std::remove_const_t<M>>::type{});
}
template <class M, class F, class... Entries>
void visit_children(M& model, F& f, mp::mp_list<Entries...>) {
    (visit_modules(Entries::get(model), f), ...);
}

/// Calls f(state) for each random variable in the order of the slots.
template <class M, class F>
void visit_variables(M& model, F&& f) {
    const auto each = [&](auto& module) { module.for_each_state(f); };
    visit_modules(model, each);
}

}  // namespace detail

}  // namespace blue
