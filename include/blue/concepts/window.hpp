// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Windows that move over an item, as compile-time options of layers: `MaxPool2d<3, stride<2>,
/// padding<1>>`, `MaxPool2d<window<3, 5>>`.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/meta/shape.hpp>

#include <array>
#include <concepts>
#include <type_traits>
#include <utility>

namespace blue {

/// What `window<...>` is.
template <Index... Extents>
struct window_extents {
    Index extents[sizeof...(Extents)] = {Extents...};  ///< what compilers print
};
/// The extents of a window: `window<3, 5>`. One number stands for all axes, and may stand alone:
/// `MaxPool2d<3>`.
template <Index... Extents>
inline constexpr window_extents<Extents...> window{};
/// How far a window moves from one output to the next.
template <Index... Steps>
struct stride {};
/// How far windows reach beyond both ends of an axis.
template <Index... Extents>
struct padding {};
/// The distance between the elements of a window.
template <Index... Steps>
struct dilation {};

namespace requirement {

/// How many axes a window moves along.
template <int N>
struct axes {};

/// The numbers of an option.
template <bool Ok, class Option, class Axes>
struct window_option : check {
    static_assert(Ok,
                  "blue: an option of a window needs one number for all axes or one for each, "
                  "positive or, of padding, 0, see option and axes in window_option<...>: change "
                  "its numbers");
};

/// An option that the layer does not have.
template <bool Known, class Option>
struct known_option : check {
    static_assert(Known,
                  "blue: the layer has no such option, see known_option<...>: windows have "
                  "stride<2>, padding<1>, dilation<2>, pooling also ceil_mode and "
                  "count_include_pad<false>, each where it has a meaning");
};

/// The extents of such an input.
template <bool Static, class Given>
struct fixed_extents : check {
    static_assert(
        Static,
        "blue: pooling, padding and upsampling need extents that are known when the model "
        "is compiled, see given in fixed_extents<...>: replace blue::dynamic by a number");
};

/// The input of a layer that works along some axes.
template <bool Fits, class Axes, class Given>
struct item_axes : check {
    static_assert(Fits,
                  "blue: the layer takes items of channels and as many axes as its name says, see "
                  "axes and given shape in item_axes<...>: use the layer for another number of "
                  "axes, or reshape");
};

}  // namespace requirement

namespace detail {

/// The smallest number that an option takes.
template <class Option>
inline constexpr Index least_number = 1;
template <Index... Given>
inline constexpr Index least_number<padding<Given...>> = 0;

/// The numbers of an option, one for each axis.
template <int Axes, class Option>
struct axis_numbers;
template <int Axes, template <Index...> class Option, Index... Given>
struct axis_numbers<Axes, Option<Given...>> {
    static constexpr int given = sizeof...(Given);
    static constexpr Index smallest = least_number<Option<Given...>>;
    static constexpr bool fits =
        (given == 1 || given == Axes) && (true && ... && (Given >= smallest));
    using check = std::conditional_t<
        fits, requirement::check,
        requirement::window_option<fits, Option<Given...>, requirement::axes<Axes>>>;
    static constexpr std::array<Index, Axes> value = [] {
        std::array<Index, Axes> numbers{};
        const std::array<Index, given + 1> all{Given..., 1};
        for (std::size_t i = 0; i < Axes; ++i) numbers[i] = fits ? all[given == 1 ? 0 : i] : 1;
        return numbers;
    }();
};

/// The first option of a kind, or a default.
template <template <Index...> class Kind, class Default, class... Options>
struct option_of {
    using type = Default;
};
template <template <Index...> class Kind, class Default, Index... Given, class... Rest>
struct option_of<Kind, Default, Kind<Given...>, Rest...> {
    using type = Kind<Given...>;
};
template <template <Index...> class Kind, class Default, class Other, class... Rest>
struct option_of<Kind, Default, Other, Rest...> : option_of<Kind, Default, Rest...> {};

/// Whether a type is an option of a kind.
template <template <Index...> class Kind, class Option>
inline constexpr bool is_option = false;
template <template <Index...> class Kind, Index... Given>
inline constexpr bool is_option<Kind, Kind<Given...>> = true;

/// Extents that are given as a number, or as `window<...>`.
template <auto Kernel>
struct extents_of {
    using type = window_extents<static_cast<Index>(Kernel)>;
};
template <Index... Extents, window_extents<Extents...> Kernel>
struct extents_of<Kernel> {
    using type = window_extents<Extents...>;
};

/// The shape of an item of channels after a map of its other axes, such as moving windows:
/// `Map::outputs(axis, extent)` behind them; `any_shape` after an error.
template <class Map, class Shape, class Positions = std::make_index_sequence<Map::axes>>
struct mapped_shape {
    static constexpr bool has_axes = false, fits = true;
    using type = any_shape;
};
template <class Map, Index Channels, Index... In, std::size_t... Position>
requires(sizeof...(In) ==
         sizeof...(Position)) struct mapped_shape<Map, shape<Channels, In...>,
                                                  std::index_sequence<Position...>> {
    static constexpr bool has_axes = shape<Channels, In...>::is_static;
    static constexpr bool fits = !has_axes || (true && ... && Map::fits(Position, In));
    template <bool Ok>
    static auto find() {
        if constexpr (Ok)
            return std::type_identity<shape<Channels, Map::outputs(Position, In)...>>{};
        else
            return std::type_identity<any_shape>{};
    }
    static constexpr bool is_known = has_axes && fits && Map::is_valid;
    using type = typename decltype(find<is_known>())::type;
};

}  // namespace detail

}  // namespace blue
