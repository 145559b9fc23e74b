// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model on another backend.
#pragma once

#include <blue/models/freeze.hpp>
#include <blue/models/with_policies.hpp>

#include <boost/mp11/algorithm.hpp>

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace blue {

namespace requirement {

/// Two models that differ in their backends only.
template <bool Same, class To, class From>
struct same_layers : check {
    static_assert(
        Same,
        "blue: a model moves to one of the same layers and distributions, see where they differ in "
        "same_layers<...>: give both the same, only another backend");
};

/// A layer of which everything can be copied.
template <bool Ok, class Layer>
struct known_members : check {
    static_assert(Ok,
                  "blue: this layer has members that to cannot see, see the layer in "
                  "known_members<...>: name them in using fields = blue::fields<&Layer::member>, "
                  "or in children");
};

}  // namespace requirement

namespace detail {

template <class M>
struct fields_of {
    using type = fields<>;
};
template <class M>
requires requires {
    typename M::fields;
}
struct fields_of<M> {
    using type = typename M::fields;
};

/// Whether a module is no larger than its parts that are known. (Exact unless known parts are
/// smaller than a word, behind which others could hide.)
template <class M, class... Entries, auto... Fields>
constexpr bool has_no_other_members(mp::mp_list<Entries...>, fields<Fields...>) {
    constexpr auto padded = [](std::size_t size) {
        return (size + alignof(M) - 1) / alignof(M) * alignof(M);
    };
    return sizeof(M) <=
           (padded(sizeof(typename M::Module)) + ... + padded(sizeof(typename Entries::type))) +
               (std::size_t{0} + ... +
                padded(sizeof(typename member_type<decltype(Fields)>::type)));
}

/// The numbers of a variable in the memory of another backend.
template <class To, class From>
void move_numbers(Buffer<To>& to, const Buffer<From>& from) {
    using T = typename To::scalar;
    std::vector<typename From::scalar> numbers(static_cast<std::size_t>(from.size()));
    From::memory::copy_to_host(numbers.data(), from.data(), from.size());
    std::vector<T> rounded(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (std::isfinite(numbers[i]) && std::abs(numbers[i]) > std::numeric_limits<T>::max())
            throw ValueError("to: expected numbers in the range of the other backend, got ",
                             numbers[i]);
        rounded[i] = static_cast<T>(numbers[i]);
    }
    To::memory::copy_from_host(to.data(), rounded.data(), from.size());
}

template <class To, class From>
void move_state(To& to, const From& from) {
    to.distribution = from.distribution;
    to.prior = from.prior;
    to.prior_is_rescaled = from.prior_is_rescaled;
    if (from.frozen.kernels) hold_at_mean(to);
    to.frozen.fixed_draws = from.frozen.fixed_draws;
    to.frozen.seed = from.frozen.seed;
    move_numbers(to.values, from.values);
}

template <class To, class From>
void move_model(To& to, const From& from);

template <class To, class From, class... ToEntries, class... FromEntries>
void move_children(To& to, const From& from, mp::mp_list<ToEntries...>,
                   mp::mp_list<FromEntries...>) {
    constexpr bool same = [] {
        if constexpr (sizeof...(ToEntries) == sizeof...(FromEntries))
            return ((ToEntries::key == FromEntries::key) && ...);
        else
            return false;
    }();
    static_assert(requirement::same_layers<same, To, From>{});
    if constexpr (same) (move_model(ToEntries::get(to), FromEntries::get(from)), ...);
}

template <class To, class From, auto... ToFields, auto... FromFields>
void move_fields(To& to, const From& from, fields<ToFields...>, fields<FromFields...>) {
    ((to.*ToFields = from.*FromFields), ...);
}

template <class To, class From, std::size_t... Position>
void move_states(To& to, const From& from, std::index_sequence<Position...>) {
    (move_state(to.template state_at<Position>(), from.template state_at<Position>()), ...);
}

/// Gives a model everything that another one of the same layers has.
template <class To, class From>
void move_model(To& to, const From& from) {
    using Entries = typename child_entries_of<From>::type;
    if constexpr (std::is_same_v<To, From>) {
        to = from;
    } else if constexpr (std::is_same_v<unnamed<To>, not_replaced>) {
        // after the error
    } else if constexpr (requires { typename From::own_variables; }) {
        using Variables = typename From::own_variables;
        using Fields = typename fields_of<From>::type;
        constexpr bool same = std::is_same_v<typename To::own_variables, Variables>;
        constexpr bool known = has_no_other_members<From>(Entries{}, Fields{});
        static_assert(requirement::same_layers<same, To, From>{});
        static_assert(requirement::known_members<known, From>{});
        if constexpr (same && known) {
            to.module_options = from.module_options;
            move_fields(to, from, typename fields_of<To>::type{}, Fields{});
            move_states(to, from, std::make_index_sequence<mp::mp_size<Variables>::value>{});
            move_children(to, from, typename child_entries_of<To>::type{}, Entries{});
        }
    } else {
        constexpr bool contains = !mp::mp_empty<Entries>::value;
        static_assert(requirement::same_layers<contains, To, From>{});
        if constexpr (contains)
            move_children(to, from, typename child_entries_of<To>::type{}, Entries{});
    }
}

template <class Target, class M>
struct target_of {
    using type = Target;
};
template <Backend B, class M>
struct target_of<B, M> {
    using type = with_backend<M, B>;
};

}  // namespace detail

/// The same model on another backend, `auto on_gpu = to<Cuda<float>>(net)`, or the same as a type
/// of the same layers, `Net back = to<Net>(on_gpu)`. All numbers are equal: variational parameters,
/// deterministic parameters, buffers, what priors keep; those of `double` are rounded to the
/// nearest `float`. Policy objects, options of layers and what `freeze` has done are the same, too.
/// The other model stays as it is. An optimiser begins anew with the new one.
///
/// Layers of one's own are rewritten as `with_policies` says, and name their options in
/// `using fields = blue::fields<&Layer::option>`.
///
/// Throws ValueError for a number that is beyond the range of the other type, and what the backends
/// throw when they have no memory.
template <class Target, class M>
auto to(const M& model) {
    typename detail::target_of<Target, M>::type moved;
    detail::move_model(moved, model);
    return moved;
}

}  // namespace blue
