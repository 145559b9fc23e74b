// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether the modules inside a module fit to it.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/concepts/module.hpp>
#include <blue/layers/children.hpp>

#include <boost/mp11/algorithm.hpp>

namespace blue::detail {

namespace mp = boost::mp11;

template <class Entries>
struct first_backend;

/// The backend of a module, or of the first layer of a container that has one; void if none has.
template <class M>
struct backend_in {
    static auto find() {
        if constexpr (requires { typename M::backend; })
            return std::type_identity<typename M::backend>{};
        else if constexpr (requires { typename M::child_entries; })
            return first_backend<typename M::child_entries>{};
        else
            return std::type_identity<void>{};
    }
    using type = typename decltype(find())::type;
};
template <class... Entries>
struct first_backend<mp::mp_list<Entries...>> {
    using found =
        mp::mp_remove<mp::mp_list<typename backend_in<typename Entries::type>::type...>, void>;
    using type = mp::mp_front<mp::mp_push_back<found, void>>;
};

/// Whether a child can be part of a model that computes with `Backend`.
template <class Backend, class Entry>
inline constexpr bool has_backend =
    std::is_void_v<typename backend_in<typename Entry::type>::type> ||
    std::is_same_v<typename backend_in<typename Entry::type>::type, Backend>;

/// Where a child is, for messages: its position or its name.
template <class Entry>
constexpr auto place_of() {
    constexpr int number = Entry::key.number;
    constexpr fixed_string name = Entry::key.text;
    if constexpr (number >= 0)
        return requirement::position<number>{};
    else
        return typename spell<name>::type{};
}

/// The checks of a child. Nothing is instantiated for one that fits.
template <class Entry>
using layer_check =
    std::conditional_t<Layer<typename Entry::type>, requirement::check,
                       requirement::layer<Layer<typename Entry::type>, decltype(place_of<Entry>()),
                                          requirement::given<typename Entry::type>>>;
template <class Backend, class Entry>
using backend_check = std::conditional_t<
    has_backend<Backend, Entry>, requirement::check,
    requirement::same_backend<has_backend<Backend, Entry>, decltype(place_of<Entry>()),
                              typename Entry::type, requirement::expected<Backend>,
                              requirement::given<typename backend_in<typename Entry::type>::type>>>;

/// The checks of all children.
template <class Backend, class Entries>
struct children_check;
template <class Backend, class... Entries>
struct children_check<Backend, mp::mp_list<Entries...>> : requirement::check {
    static_assert((layer_check<Entries>{} && ...));
    static_assert((backend_check<Backend, Entries>{} && ...));
};

/// The children that fit. Others are left out, so that there is one error only: that of the checks.
template <class M>
struct valid_children {
    using backend = typename backend_in<M>::type;
    template <class Entry>
    using is_valid = mp::mp_bool<Layer<typename Entry::type> && has_backend<backend, Entry>>;
    using type = mp::mp_copy_if<typename child_entries_of<M>::type, is_valid>;
};

}  // namespace blue::detail
