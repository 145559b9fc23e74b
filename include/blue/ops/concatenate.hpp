// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Values one behind the other along an axis.
#pragma once

#include <blue/ops/copy_args.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>
#include <array>

namespace blue {

namespace requirement {
/// Values that are concatenated.
template <bool Fits, Index Axis, class Expected, class Given>
struct concatenated : check {
    static_assert(
        Fits,
        "blue: values that are concatenated agree in all axes but one, see this axis, and the "
        "shapes of the first and of another one in concatenated<...>: reshape, or take another "
        "axis");
};
}  // namespace requirement

namespace detail {

/// The shape of all parts together: that of the first one after an error.
template <int Axis, class First, class... Rest>
struct joined_shape {
    template <class Shape>
    static constexpr Index extent =
        Axis < 0 || Shape::rank != First::rank
            ? 0
            : Shape::extents[static_cast<std::size_t>(Axis < 0 ? 0 : Axis)];
    template <class Shape>
    static constexpr bool agrees() {
        if constexpr (std::is_same_v<Shape, any_shape>)
            return true;  // after an error
        else if constexpr (Axis < 0 || Shape::rank != First::rank)
            return false;
        else
            return std::is_same_v<replace_extent<Shape, Axis, 1>, replace_extent<First, Axis, 1>>;
    }
    static constexpr bool has_dynamic =
        extent<First> == dynamic || (false || ... || (extent<Rest> == dynamic));
    static constexpr bool fits = (agrees<First>() && ... && agrees<Rest>());
    static auto find() {
        if constexpr (fits && !std::is_same_v<First, any_shape> &&
                      (true && ... && !std::is_same_v<Rest, any_shape>))
            return std::type_identity<replace_extent<
                First, Axis, has_dynamic ? dynamic : (extent<First> + ... + extent<Rest>)>>{};
        else
            return std::type_identity<any_shape>{};
    }
    using type = typename decltype(find())::type;
};

/// A value for all parts, of as many samples and examples as the largest. Throws ShapeError when
/// they do not fit.
template <class B>
Node<B>* joined_node(Tape<B>& tape, std::span<Node<B>* const> parts, Index item) {
    Index samples = 1, batch = 1;
    bool needs_grad = false;
    const auto fit = [](Index& all, Index one) {
        const bool fits = all == 1 || one == 1 || all == one;
        all = std::max(all, one);
        return fits;
    };
    for (const Node<B>* x : parts) {
        const Index s = samples, b = batch;
        if (!fit(samples, x->samples) || !fit(batch, x->batch))
            throw ShapeError("concatenate: cannot combine ", s, " samples x batch ", b, " with ",
                             x->samples, " samples x batch ", x->batch);
        needs_grad |= x->needs_grad;
    }
    return tape.node(samples, batch, item, needs_grad);
}

}  // namespace detail

/// Values one behind the other along an axis of the items: `concatenate<0>(a, b)` puts the channels
/// of b behind those of a. Values with one sample stand for all samples, values with batch 1
/// (drawn variables) for the whole batch. \tparam Axis is counted from 0 without samples and batch,
/// or from the end: -1 is the last. Throws ShapeError when samples or batches do not fit.
template <Index Axis, class B, class Shape, class... Shapes>
auto concatenate(Var<B, Shape> first, Var<B, Shapes>... rest) {
    constexpr int axis = detail::axis_position<Shape>(Axis);
    using Joined = detail::joined_shape<axis, Shape, Shapes...>;
    using Result = typename Joined::type;
    static_assert(
        (requirement::concatenated<Joined::template agrees<Shape>(), Axis,
                                   requirement::expected<Shape>, requirement::given<Shape>>{} &&
         ... &&
         requirement::concatenated<Joined::template agrees<Shapes>(), Axis,
                                   requirement::expected<Shape>, requirement::given<Shapes>>{}));
    Tape<B>& tape = detail::common_tape(first, rest...);
    if constexpr (!std::is_same_v<Result, any_shape>) {
        constexpr std::size_t count = 1 + sizeof...(Shapes);
        const std::array<Node<B>*, count> parts{first.node, rest.node...};
        // The extents of each part; they differ along the axis only.
        std::array<std::array<Index, static_cast<std::size_t>(Shape::rank)>, count> all{
            detail::item_extents(first), detail::item_extents(rest)...};
        Index together = 0;
        for (auto& extents : all) {
            together += extents[axis];
            auto expected = all[0];
            expected[axis] = extents[axis];
            if (extents != expected)
                throw ShapeError("concatenate: dynamic extents differ, ", parts[0]->item, " and ",
                                 detail::elements_behind(extents, -1), " elements");
        }
        const Index behind = detail::elements_behind(all[0], axis);
        const Index front = parts[0]->item / (all[0][axis] * behind);
        Node<B>* const y = detail::joined_node<B>(tape, parts, front * together * behind);
        Index y_first = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const Index run = all[k][axis] * behind;
            const std::array<detail::CopyAxis, 2> axes{
                {{front, run, together * behind}, {run, 1, 1}}};
            detail::copy_part<B>(tape, parts[k], y, 0, y_first, axes, y->samples);
            y_first += run;
        }
        return Var<B, Result>{&tape, y};
    } else {  // after an error
        return Var<B, any_shape>{&tape, first.node};
    }
}

/// Drawn variables among the values: drawn first.
template <Index Axis, class... X>
requires(detail::is_lazy<X> || ...) auto concatenate(X... x) {
    return concatenate<Axis>(as_var(x)...);
}

/// Every row of the last axis followed by the same numbers: (S, B, ..., N) and (S, 1, M) to
/// (S, B, ..., N + M). Either may have one sample for all of the other's. Throws ShapeError when
/// samples do not fit, or the numbers are not the same for the whole batch.
template <class B, class Shape, Index M>
auto append_last(Var<B, Shape> x, Var<B, shape<M>> tail) {
    constexpr bool is_known = last_extent<Shape> != dynamic;
    using Result = replace_last<Shape, is_known ? last_extent<Shape> + M : dynamic>;
    const Index width = x.last(), rows = x.node->item / width;
    const Node<B>&left = *x.node, &right = *tail.node;
    if (right.batch != 1 ||
        (left.samples != right.samples && left.samples != 1 && right.samples != 1))
        throw ShapeError("append_last: cannot append ", right.samples, " samples x batch ",
                         right.batch, " to ", left.samples, " samples x batch ", left.batch);
    Tape<B>& tape = detail::common_tape(x, tail);
    Node<B>* const y = tape.node(std::max(left.samples, right.samples), left.batch,
                                 rows * (width + M), left.needs_grad || right.needs_grad);
    const auto copy = [&](Node<B>* part, Index y_first, Index x_step, Index count) {
        const std::array<detail::CopyAxis, 2> axes{{{rows, x_step, width + M}, {count, 1, 1}}};
        detail::copy_part<B>(tape, part, y, 0, y_first, axes, y->samples);
    };
    copy(x.node, 0, width, width);
    copy(tail.node, width, 0, M);
    return Var<B, Result>{&tape, y};
}

/// A drawn variable as the numbers: drawn first.
template <class B, class Shape, Index M, class Estimator>
auto append_last(Var<B, Shape> x, Lazy<B, shape<M>, Estimator> tail) {
    return append_last(x, as_var(tail));
}

}  // namespace blue
