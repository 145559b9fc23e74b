// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Halves of the last axis that open and close each other.
#pragma once

#include <blue/ops/activations.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/slice.hpp>

namespace blue {

namespace requirement {
/// The input of `glu`.
template <bool Even, class Given>
struct halves : check {
    static_assert(Even,
                  "blue: GLU halves the last axis, which needs an even number of elements, see the "
                  "given shape in halves<...>: change the width of the layer before it");
};
}  // namespace requirement

/// a sigmoid(b), where a and b are the halves of the last axis (Dauphin et al. 2017): (S, B, ..., 2
/// N) to (S, B, ..., N).
template <class X>
requires detail::is_value<X>
auto glu(X x) {
    using Shape = typename X::shape;
    constexpr bool known = !std::is_same_v<Shape, any_shape>;
    constexpr bool even = Shape::rank > 0 && last_extent<Shape> % 2 == 0;
    static_assert(requirement::halves < even || !known, requirement::given < Shape >> {});
    if constexpr (even && known) {
        constexpr Index half = last_extent<Shape> / 2;
        return slice_last<0, half>(x) * sigmoid(slice_last<half, half>(x));
    } else {  // after an error
        return x.template as<any_shape>();
    }
}

}  // namespace blue
