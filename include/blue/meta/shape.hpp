// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Shapes at compile time.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <array>
#include <string>

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

namespace detail {
template <class Shape>
inline constexpr Index first_extent = 1;
template <Index First, Index... Rest>
inline constexpr Index first_extent<shape<First, Rest...>> = First;
template <class Shape>
inline constexpr Index last_extent = 1;
template <Index First, Index... Rest>
inline constexpr Index last_extent<shape<First, Rest...>> = last_extent<shape<Rest...>>;
template <Index Last>
inline constexpr Index last_extent<shape<Last>> = Last;

template <class Shape, Index Last>
struct replace_last;
template <Index Last>
struct replace_last<shape<>, Last> {
    using type = shape<Last>;
};
template <Index... Front, Index Last>
requires(sizeof...(Front) > 0) struct replace_last<shape<Front...>, Last> {
    template <class Kept, class Rest>
    struct walk;
    template <Index... K, Index A, Index B, Index... R>
    struct walk<shape<K...>, shape<A, B, R...>> : walk<shape<K..., A>, shape<B, R...>> {};
    template <Index... K, Index A>
    struct walk<shape<K...>, shape<A>> {
        using type = shape<K..., Last>;
    };
    using type = typename walk<shape<>, shape<Front...>>::type;
};
}  // namespace detail

/// Extent of the first axis; 1 for a single number.
template <class Shape>
inline constexpr Index first_extent = detail::first_extent<Shape>;
/// Extent of the last axis; 1 for a single number.
template <class Shape>
inline constexpr Index last_extent = detail::last_extent<Shape>;

/// The shape with another last extent: what a linear layer does. A single number gets an axis.
template <class Shape, Index Last>
using replace_last = typename detail::replace_last<Shape, Last>::type;

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
