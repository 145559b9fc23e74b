// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers with names in the place of positions.
#pragma once

#include <blue/layers/child_checks.hpp>

#include <type_traits>
#include <utility>

namespace blue {

/// A layer under a name, inside a `Sequential` or another container: `Sequential<named<"encoder",
/// Linear<8, 4>>, ReLU, Linear<4, 2>>`. The name takes the place of the position: in state dicts
/// (`encoder._weight_mean`), in paths (`log_probs.get<"encoder", "weight">()`,
/// `layer<"encoder">(net)`) and in messages. Otherwise it is the layer.
template <fixed_string Name, class Layer>
struct named : Layer {
    named() = default;
    named(Layer layer) : Layer(std::move(layer)) {}
};

namespace requirement {

/// A layer that is asked for by its path: `layer<2, "gated">(net)`.
template <bool Found, class Where, class Model, class Known>
struct layer_path : check {
    static_assert(Found,
                  "blue: the model has no layer here, see the position or name, the model and what "
                  "it has in layer_path<...>: give positions and names from the outside in");
};

/// The names of the layers of a container.
template <bool Unique, class Model>
struct unique_names : check {
    static_assert(Unique,
                  "blue: two layers of a model have the same name, see unique_names<...>: give one "
                  "of them another name");
};

}  // namespace requirement

namespace detail {

/// The layer without its name.
template <class Layer>
struct without_name {
    using type = Layer;
};
template <fixed_string Name, class Layer>
struct without_name<named<Name, Layer>> : without_name<Layer> {};
template <class Layer>
using unnamed = typename without_name<Layer>::type;

template <class Layer>
inline constexpr bool is_named = false;
template <fixed_string Name, class Layer>
inline constexpr bool is_named<named<Name, Layer>> = true;

/// Where a layer of a container is: its position, or its name.
template <std::size_t Position, class Layer>
struct layer_place {
    static constexpr blue::key key{static_cast<int>(Position)};
    using type = requirement::position<static_cast<int>(Position)>;
};
template <std::size_t Position, fixed_string Name, class Layer>
struct layer_place<Position, named<Name, Layer>> {
    static constexpr blue::key key{Name};
    using type = typename spell<Name>::type;
};

/// Whether no two entries have the same key.
template <class... Entries>
constexpr bool keys_are_unique(mp::mp_list<Entries...>) {
    constexpr std::size_t count = sizeof...(Entries);
    const key keys[count + 1] = {Entries::key..., key(0)};
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (keys[i] == keys[j]) return false;
    return true;
}

/// The check of the names in a container; nothing without names.
template <class Entries, class Model, bool... IsNamed>
constexpr auto find_unique_names_check() {
    if constexpr ((false || ... || IsNamed)) {
        constexpr bool unique = keys_are_unique(Entries{});
        return std::conditional_t<unique, requirement::check,
                                  requirement::unique_names<unique, Model>>{};
    } else {
        return requirement::check{};
    }
}
template <class Entries, class Model, bool... IsNamed>
using unique_names_check = decltype(find_unique_names_check<Entries, Model, IsNamed...>());

/// The entry of a child by its key; `void` when there is none.
template <key Where, class Entries>
struct entry_at;
template <key Where, class... Entries>
struct entry_at<Where, mp::mp_list<Entries...>> {
    using all = mp::mp_list<Entries..., void>;
    static constexpr std::size_t position = [] {
        std::size_t at = 0;
        (void)(false || ... || (Entries::key == Where || (++at, false)));
        return at;
    }();
    using type = mp::mp_at_c<all, position>;
    using known = requirement::known<decltype(place_of<Entries>())...>;
};

}  // namespace detail

/// The layer at a path of positions and names, from the outside in: `layer<2>(net)`,
/// `layer<"encoder", 0>(net).state<"weight">()`. Names are those of `named` layers and of the
/// members in `children`.
template <key First, key... Rest, class M>
auto& layer(M& model) {
    using Entries = typename detail::child_entries_of<std::remove_const_t<M>>::type;
    using Found = detail::entry_at<First, Entries>;
    using Entry = typename Found::type;
    constexpr bool found = !std::is_void_v<Entry>;
    static_assert(
        std::conditional_t<
            found, requirement::check,
            requirement::layer_path<found, spell_path<path<First>>, M, typename Found::known>>{});
    if constexpr (!found)
        return model;  // after the error
    else if constexpr (sizeof...(Rest) == 0)
        return Entry::get(model);
    else
        return layer<Rest...>(Entry::get(model));
}

}  // namespace blue
