// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Copies of parts of values: what slices, concatenations and permutations are made of.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>
#include <span>

namespace blue {

namespace detail {

/// One axis of a copy: how many elements, and how far apart they are on both sides. Elements that
/// are copied to several places have x_step = 0.
struct CopyAxis {
    Index extent, x_step, y_step;
};

/// A copy between two arrays, axis by axis from the outermost on.
struct CopyPlan {
    static constexpr int most_axes = 8;
    Index x_first = 0, y_first = 0;  ///< where the first element is
    int count = 0;
    CopyAxis axes[most_axes] = {};

    /// Appends an axis; two that can be walked as one become one.
    void add(CopyAxis axis) {
        if (axis.extent == 1) return;
        CopyAxis* const outer = count > 0 ? axes + count - 1 : nullptr;
        if (outer && outer->x_step == axis.extent * axis.x_step &&
            outer->y_step == axis.extent * axis.y_step)
            *outer = {outer->extent * axis.extent, axis.x_step, axis.y_step};
        else
            axes[count++] = axis;
    }
    /// Number of elements that are copied, and of those among them that are different.
    Index elements() const { return product(false); }
    Index different_elements() const { return product(true); }

private:
    Index product(bool different) const {
        Index n = 1;
        for (int k = 0; k < count; ++k)
            if (!different || axes[k].x_step != 0) n *= axes[k].extent;
        return n;
    }
};

/// Some elements of y are some of x.
template <class B>
struct CopyArgs {
    Node<B>* x;
    Node<B>* y;
    CopyPlan plan;

    /// Whether elements are copied to several places.
    bool is_shared() const { return plan.elements() != plan.different_elements(); }
    /// Whether each element of x is copied.
    bool is_complete() const { return plan.different_elements() == x->size(); }
};

template <class B>
struct CopyRecord : Record<B> {
    CopyArgs<B> args;
    void run(Tape<B>& tape) {
        if (!args.y->grad_live || !args.x->needs_grad) return;
        GradientTarget<typename B::scalar> dx = tape.gradient(args.x);
        if (!dx.add && !args.is_complete()) {
            B::memory::fill_zero(dx.data, args.x->size());
            dx.add = true;
        }
        copy_backward(tape, args, dx);
    }
};

/// A part of x as a part of y, for all samples and the whole batch; one of x stands for all of y.
/// \param axes of an item, from the outermost on; `samples` those of y that are written.
template <class B>
void copy_part(Tape<B>& tape, Node<B>* x, Node<B>* y, Index x_first, Index y_first,
               std::span<const CopyAxis> axes, Index samples) {
    CopyArgs<B> args{x, y, {x_first, y_first}};
    args.plan.add({samples, x->samples == 1 ? 0 : x->per_sample(), y->per_sample()});
    args.plan.add({y->batch, x->batch == 1 ? 0 : x->item, y->item});
    for (const CopyAxis& axis : axes) args.plan.add(axis);
    copy_forward(tape, args);
    if (y->needs_grad && x->needs_grad) tape.record(CopyRecord<B>{{}, args});
}

/// The position of an axis that may be counted from the end, -1 the last; -1 when there is none.
template <class Shape>
constexpr int axis_position(Index axis) {
    const Index position = axis < 0 ? axis + Shape::rank : axis;
    return static_cast<int>(0 <= position && position < Shape::rank ? position : -1);
}

/// The extents of the items of a value, of which one may be dynamic.
template <class B, class Shape>
std::array<Index, static_cast<std::size_t>(Shape::rank)> item_extents(Var<B, Shape> x) {
    std::array<Index, static_cast<std::size_t>(Shape::rank)> extents = Shape::extents;
    for (Index& extent : extents)
        if (extent == dynamic) extent = x.node->item / Shape::static_size;
    return extents;
}

/// Elements behind an axis.
template <std::size_t Rank>
Index elements_behind(const std::array<Index, Rank>& extents, int axis) {
    Index n = 1;
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < Rank; ++i) n *= extents[i];
    return n;
}

/// The shape with another extent of one axis.
template <class Shape, int Axis, Index Extent, class Positions>
struct with_extent;
template <Index... E, int Axis, Index Extent, int... Position>
struct with_extent<shape<E...>, Axis, Extent, std::integer_sequence<int, Position...>> {
    using type = shape<(Position == Axis ? Extent : E)...>;
};

}  // namespace detail

/// The shape with another extent of one axis, which is counted from 0.
template <class Shape, int Axis, Index Extent>
using replace_extent =
    typename detail::with_extent<Shape, Axis, Extent,
                                 std::make_integer_sequence<int, Shape::rank>>::type;

}  // namespace blue
