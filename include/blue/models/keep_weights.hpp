// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The weights of one network in another one of the same layers.
#pragma once

#include <blue/models/initialise.hpp>

#include <type_traits>
#include <vector>

namespace blue {

namespace requirement {

/// Two models of the same layers.
template <bool Same, class To, class From>
struct same_variables : check {
    static_assert(
        Same,
        "blue: the two models do not have the same random variables, see both in "
        "same_variables<...>: give them the same layers with the same widths, only other policies");
};

/// A distribution that can stand around a given weight.
template <bool Ok, class To, class From>
struct keeps_weight : check {
    static_assert(Ok,
                  "blue: the weights of one distribution are no location of the other, see both in "
                  "keeps_weight<...>: take distributions with a parameter mean, mode or loc, both "
                  "of positive "
                  "numbers or neither");
};

}  // namespace requirement

namespace detail {

/// Position of the parameter of Q that says where it is; -1 when there is none.
template <class Q>
inline constexpr int location_index = [] {
    for (int k = 0; k < Q::parameters::size; ++k)
        if (is_location(Q::parameters::stored_names[static_cast<std::size_t>(k)])) return k;
    return -1;
}();

/// What must be equal of two variables that share weights.
template <class Placed>
using place_and_shape = mp::mp_list<typename Placed::path, typename Placed::variable::shape>;
template <class To, class From>
constexpr bool have_same_variables() {
    using A = mp::mp_transform<place_and_shape, random_variables<To>>;
    using B = mp::mp_transform<place_and_shape, random_variables<From>>;
    if constexpr (std::is_same_v<A, B>)
        return random_variable_names<To> == random_variable_names<From>;
    else
        return false;
}

template <class To, class From>
inline constexpr bool can_keep_weight =
    location_index<To> >= 0 && location_index<From> >= 0 && is_positive<To> == is_positive<From>;

template <class To, class From>
struct keeps_weight_check {
    using Q = variational_of<To>;
    using R = variational_of<From>;
    using type = std::conditional_t<can_keep_weight<Q, R>, requirement::check,
                                    requirement::keeps_weight<can_keep_weight<Q, R>, Q, R>>;
};
template <class To, class From>
using keeps_weight_check_t = typename keeps_weight_check<To, From>::type;

/// The locations of all variables, on the host.
template <class M>
std::vector<std::vector<double>> locations(const M& model) {
    using T = typename backend_of<M>::scalar;
    std::vector<std::vector<double>> result;
    visit_variables(model, [&](const auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        std::vector<T> values(static_cast<std::size_t>(State::size));
        backend_of<M>::memory::copy_to_host(
            values.data(), state.parameter(location_index<typename State::Q>), State::size);
        result.emplace_back(values.begin(), values.end());
    });
    return result;
}

/// Sets an array of a variable, in the backend's memory.
template <class T, class State>
void set_numbers(State& state, T* to, const std::vector<double>& values) {
    using B = typename std::remove_cvref_t<decltype(state.values)>::backend;
    const std::vector<T> numbers(values.begin(), values.end());
    B::memory::copy_from_host(to, numbers.data(), State::size);
}

}  // namespace detail

/// Gives a model the weights of another one with the same layers: its locations (`mean`, `mode` or
/// `loc`) become those of `from`; scales stay. So a network that was trained without uncertainty,
/// with `NonBayesian` weights, becomes the centre of a Bayesian one, and the other way round:
///
///     using Point = Sequential<Linear<4, 8, NonBayesian>, ReLU, Linear<8, 1, NonBayesian>>;
///     using Net = Sequential<Linear<4, 8>, ReLU, Linear<8, 1>>;
///     Net net{Seed{1}};
///     keep_weights(net, point);
///
/// The scalar types and backends may differ. Other layers are a compile error.
template <class To, class From>
void keep_weights(To& to, const From& from) {
    constexpr bool same = detail::have_same_variables<To, From>();
    static_assert(requirement::same_variables<same, To, From>{});
    if constexpr (same) {
        using Checks = detail::mp::mp_transform<detail::keeps_weight_check_t, random_variables<To>,
                                                random_variables<From>>;
        static_assert(detail::mp::mp_apply<detail::policy_checks, Checks>{});
        const auto weights = detail::locations(from);
        std::size_t slot = 0;
        detail::visit_variables(to, [&](auto& state) {
            using State = std::remove_cvref_t<decltype(state)>;
            detail::set_numbers(state, state.parameter(detail::location_index<typename State::Q>),
                                weights[slot++]);
        });
    }
}

}  // namespace blue
