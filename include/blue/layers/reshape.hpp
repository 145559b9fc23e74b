// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Items of another shape, or with their axes in another order.
#pragma once

#include <blue/ops/permute.hpp>

namespace blue {

/// The same numbers as items of another shape with as many elements: `Reshape<16, 7, 7>` takes
/// vectors of 784 numbers to images. `Flatten` is the way back. Nothing is copied. A model that
/// begins with `Reshape<1, 28, 28>` takes such images, or data with as many numbers per example.
template <Index... Extents>
struct Reshape {
    using input_shape = shape<Extents...>;
    template <class Shape>
    using expected_input = std::conditional_t<Shape::size == shape<Extents...>::size, Shape,
                                              shape<shape<Extents...>::size>>;
    auto operator()(auto&, auto x) const { return reshape<Extents...>(x); }
};

/// The axes of the items in another order: axis k of the result is axis Axes[k] of the input,
/// without samples and batch. `Permute<1, 2, 0>` puts channels last.
template <int... Axes>
struct Permute {
    template <class Shape>
    using expected_input = std::conditional_t<Shape::rank == sizeof...(Axes), Shape,
                                              unknown_shape<static_cast<int>(sizeof...(Axes))>>;
    auto operator()(auto&, auto x) const { return permute<Axes...>(x); }
};

}  // namespace blue
