// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Shapes at compile time.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <array>
#include <string>
#include <type_traits>
#include <utility>

namespace blue {

/// An extent that is known at run time only, such as the length of a sequence.
inline constexpr Index dynamic = -1;

/// The shape of one item, without the sample axis and the batch axis: `shape<1, 28, 28>`.
template <Index... Extents>
struct shape {
    static_assert(((Extents > 0 || Extents == dynamic) && ...),
                  "blue: extents are positive numbers or blue::dynamic");

    static constexpr int rank = sizeof...(Extents);
    static constexpr std::array<Index, sizeof...(Extents)> extents{Extents...};
    /// How many extents are known at run time only.
    static constexpr int dynamic_extents = (int{Extents == dynamic} + ... + 0);
    static constexpr bool is_static = dynamic_extents == 0;
    /// Product of the others.
    static constexpr Index static_size = ((Extents == dynamic ? 1 : Extents) * ... * 1);
    /// Number of elements of an item; `dynamic` when an extent is.
    static constexpr Index size = is_static ? static_size : dynamic;
};

/// The shape of a single number.
using scalar_shape = shape<>;

/// Numbers in the place of the dynamic extents of a shape, in their order: `Extents{32}`.
template <std::size_t N>
struct Extents {
    std::array<Index, N> values;
};
template <class... Numbers>
Extents(Numbers...) -> Extents<sizeof...(Numbers)>;

/// The shape of a value after a compile error: it fits everywhere, so that the compiler does not
/// speak of what follows from the error.
struct any_shape : shape<1> {};

/// Whether values of these shapes go together.
template <class A, class B>
inline constexpr bool fits =
    std::is_same_v<A, B> || std::is_same_v<A, any_shape> || std::is_same_v<B, any_shape>;

/// Extent of the first axis; 1 for a single number.
template <class Shape>
inline constexpr Index first_extent = Shape::rank == 0 ? 1 : Shape::extents.front();
/// Extent of the last axis; 1 for a single number.
template <class Shape>
inline constexpr Index last_extent = Shape::rank == 0 ? 1 : Shape::extents.back();

namespace detail {

/// A shape without its last axis, and with another one in its place.
template <class Kept, class Rest>
struct split_last;
template <Index... K, Index A, Index Next, Index... R>
struct split_last<shape<K...>, shape<A, Next, R...>>
    : split_last<shape<K..., A>, shape<Next, R...>> {};
template <Index... K, Index A>
struct split_last<shape<K...>, shape<A>> {
    using front = shape<K...>;
    template <Index Last>
    using replaced = shape<K..., Last>;
};
template <>
struct split_last<shape<>, shape<>> {
    template <Index Last>
    using replaced = shape<Last>;
};
template <>
struct split_last<shape<>, any_shape> {
    using front = any_shape;
    template <Index Last>
    using replaced = shape<Last>;
};

template <class Positions>
struct all_dynamic;
template <Index... Position>
struct all_dynamic<std::integer_sequence<Index, Position...>> {
    using type = shape<(static_cast<void>(Position), dynamic)...>;
};

/// A shape with another first axis.
template <class Shape, Index First>
struct with_first {
    using type = shape<First>;
};
template <Index A, Index... R, Index First>
struct with_first<shape<A, R...>, First> {
    using type = shape<First, R...>;
};

}  // namespace detail

/// A shape of a rank, with extents that are not known.
template <int Rank>
using unknown_shape = typename detail::all_dynamic<std::make_integer_sequence<Index, Rank>>::type;

/// The shape without its last axis.
template <class Shape>
using drop_last = typename detail::split_last<shape<>, Shape>::front;

/// The shape with another last extent: what a linear layer does. A single number gets an axis.
template <class Shape, Index Last>
using replace_last = typename detail::split_last<shape<>, Shape>::template replaced<Last>;

/// The shape of all elements as one axis; `any_shape` of one that is not known.
template <class Shape>
using flattened = std::conditional_t<Shape::is_static && !std::is_same_v<Shape, any_shape>,
                                     shape<Shape::size>, any_shape>;

/// The shape with another first extent: what layers over channels do. A single number gets an axis.
template <class Shape, Index First>
using replace_first = typename detail::with_first<Shape, First>::type;

/// A shape as it is written: "shape<1, 28, 28>".
template <class Shape>
std::string shape_name() {
    std::string text = "shape<";
    for (int i = 0; i < Shape::rank; ++i)
        text +=
            (i ? ", " : "") + (Shape::extents[static_cast<std::size_t>(i)] == dynamic
                                   ? std::string("dynamic")
                                   : std::to_string(Shape::extents[static_cast<std::size_t>(i)]));
    return text + ">";
}

}  // namespace blue
