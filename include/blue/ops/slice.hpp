// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A part of the last axis.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/tensor/tape.hpp>

namespace blue {

namespace requirement {
/// The part that `slice_last` takes.
template <bool Inside, Index First, Index Count, class Given>
struct slice : check {
    static_assert(
        Inside,
        "blue: slice_last takes Count numbers from First on of the last axis, which has fewer, see "
        "First, Count and the given shape in slice<...>: take another part");
};
}  // namespace requirement

namespace detail {

/// y = the numbers first, ..., first + count - 1 of rows of `width` numbers of x.
template <class B>
struct SliceArgs {
    Node<B>* x;
    Node<B>* y;
    Index first, count, width;
};

template <class B>
struct SliceRecord : Record<B> {
    SliceArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) slice_backward(tape, args, tape.gradient(args.x));
    }
};

}  // namespace detail

/// The numbers First, ..., First + Count - 1 of the last axis: (S, B, ..., N) to (S, B, ...,
/// Count).
template <Index First, Index Count, class B, class Shape>
auto slice_last(Var<B, Shape> x) {
    constexpr bool inside =
        0 <= First && 0 < Count && Shape::rank > 0 && First + Count <= last_extent<Shape>;
    static_assert(requirement::slice<inside, First, Count, requirement::given<Shape>>{});
    if constexpr (inside) {
        const Node<B>& in = *x.node;
        constexpr Index width = last_extent<Shape>;
        const detail::SliceArgs<B> args{
            x.node, x.tape->node(in.samples, in.batch, in.item / width * Count, in.needs_grad),
            First, Count, width};
        slice_forward(*x.tape, args);
        if (args.y->needs_grad) x.tape->record(detail::SliceRecord<B>{{}, args});
        return Var<B, replace_last<Shape, Count>>{x.tape, args.y};
    } else {  // after an error
        return Var<B, any_shape>{x.tape, x.node};
    }
}

}  // namespace blue
