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
    static constexpr bool is_static = ((Extents != dynamic) && ...);
    /// Number of elements of an item; `dynamic` when an extent is.
    static constexpr Index size = is_static ? (Extents * ... * 1) : dynamic;
};

/// The shape of a single number.
using scalar_shape = shape<>;

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

/// The shape of all elements as one axis.
template <class Shape>
using flattened =
    std::conditional_t<std::is_same_v<Shape, any_shape>, any_shape, shape<Shape::size>>;

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
