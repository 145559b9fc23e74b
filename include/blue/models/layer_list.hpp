// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Several layers of one type after each other.
#pragma once

#include <blue/layers/child_checks.hpp>
#include <blue/models/structure.hpp>

#include <array>
#include <utility>

namespace blue::detail {

template <std::size_t Position, class L>
struct list_entry {
    static constexpr blue::key key{static_cast<int>(Position)};
    using type = L;
    template <class Parent>
    static auto& get(Parent& parent) {
        return parent.layers[Position];
    }
};

template <class L, class Indices>
struct list_entries;
template <class L, std::size_t... Position>
struct list_entries<L, std::index_sequence<Position...>> {
    using type = mp::mp_list<list_entry<Position, L>...>;
};

/// N layers of one type, each with parameters of its own: layer i has the path i. What follows the
/// input goes to all of them.
template <Index N, class L>
struct LayerList {
    static_assert(N > 0, "blue: a stack of layers needs at least one");
    using module_tag = void;
    using child_entries =
        typename list_entries<L, std::make_index_sequence<static_cast<std::size_t>(N)>>::type;

    std::array<L, static_cast<std::size_t>(N)> layers{};

    auto operator()(auto& pass, auto x, const auto&... more) const {
        for (const L& layer : layers) x = layer(pass, x, more...);
        return x;
    }
};

}  // namespace blue::detail
