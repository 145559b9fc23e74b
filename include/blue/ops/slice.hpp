// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A part of an axis.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/ops/copy_args.hpp>

#include <array>

namespace blue {

namespace requirement {
/// The part that `slice` takes.
template <bool Inside, Index First, Index Count, class Given>
struct slice : check {
    static_assert(
        Inside,
        "blue: slice takes Count entries from First on of an axis, which has fewer, see First, "
        "Count and the given shape in slice<...>: take another part, or another axis");
};
}  // namespace requirement

/// The entries First, ..., First + Count - 1 of an axis of the items, a copy. \tparam Axis is
/// counted from 0 without samples and batch, or from the end: -1 is the last. Throws ShapeError
/// when a dynamic axis is shorter.
template <Index Axis, Index First, Index Count, class B, class Shape>
auto slice(Var<B, Shape> x) {
    constexpr int axis = detail::axis_position<Shape>(Axis);
    constexpr Index known = axis < 0 ? 0 : Shape::extents[static_cast<std::size_t>(axis)];
    constexpr bool inside = 0 <= First && 0 < Count && (First + Count <= known || known == dynamic);
    constexpr bool is_known = !std::is_same_v<Shape, any_shape>;
    constexpr bool one_dynamic = Shape::dynamic_extents <= 1;
    static_assert(requirement::slice < inside || !is_known, First, Count,
                  requirement::given < Shape >> {});
    static_assert(requirement::one_dynamic_extent<one_dynamic, requirement::given<Shape>>{});
    if constexpr (inside && is_known && one_dynamic) {
        const Node<B>& in = *x.node;
        const auto extents = detail::item_extents(x);
        const Index extent = extents[static_cast<std::size_t>(axis)];
        if (First + Count > extent)
            throw ShapeError("slice: expected an axis of at least ", First + Count,
                             " entries, got ", extent);
        const Index behind = detail::elements_behind(extents, axis);
        const Index front = in.item / (extent * behind);
        Node<B>* const y =
            x.tape->node(in.samples, in.batch, front * Count * behind, in.needs_grad);
        const std::array<detail::CopyAxis, 2> axes{
            {{front, extent * behind, Count * behind}, {Count * behind, 1, 1}}};
        detail::copy_part<B>(*x.tape, x.node, y, First * behind, 0, axes, y->samples);
        return Var<B, replace_extent<Shape, axis, Count>>{x.tape, y};
    } else {  // after an error
        return Var<B, any_shape>{x.tape, x.node};
    }
}

/// The numbers First, ..., First + Count - 1 of the last axis: (S, B, ..., N) to (S, B, ...,
/// Count).
template <Index First, Index Count, class B, class Shape>
auto slice_last(Var<B, Shape> x) {
    return slice<-1, First, Count>(x);
}

}  // namespace blue
