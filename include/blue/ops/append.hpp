// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers that all rows share, behind the last axis.
#pragma once

#include <blue/ops/materialise.hpp>

#include <algorithm>

namespace blue {

namespace detail {

/// y = rows of `width` numbers of x, each followed by the `count` numbers of tail.
template <class B>
struct AppendArgs {
    Node<B>* x;
    Node<B>* tail;
    Node<B>* y;
    Index width, count;
};

template <class B>
struct AppendRecord : Record<B> {
    AppendArgs<B> args;
    void run(Tape<B>& tape) {
        if (!args.y->grad_live) return;
        if (args.x->needs_grad) append_backward_rows(tape, args, tape.gradient(args.x));
        if (args.tail->needs_grad) append_backward_tail(tape, args, tape.gradient(args.tail));
    }
};

}  // namespace detail

/// Every row of the last axis followed by the same numbers: (S, B, ..., N) and (S, 1, M) to
/// (S, B, ..., N + M). Either may have one sample for all of the other's. Throws ShapeError when
/// samples do not fit, or the numbers are not the same for the whole batch.
template <class B, class Shape, Index M>
auto append_last(Var<B, Shape> x, Var<B, shape<M>> tail) {
    constexpr bool is_known = last_extent<Shape> != dynamic;
    using Result = replace_last<Shape, is_known ? last_extent<Shape> + M : dynamic>;
    const Index width = x.last();
    const Node<B>&rows = *x.node, &numbers = *tail.node;
    if (numbers.batch != 1 ||
        (rows.samples != numbers.samples && rows.samples != 1 && numbers.samples != 1))
        throw ShapeError("append_last: cannot append ", numbers.samples, " samples x batch ",
                         numbers.batch, " to ", rows.samples, " samples x batch ", rows.batch);
    const detail::AppendArgs<B> args{
        x.node, tail.node,
        x.tape->node(std::max(rows.samples, numbers.samples), rows.batch,
                     rows.item / width * (width + M), rows.needs_grad || numbers.needs_grad),
        width, M};
    append_forward(*x.tape, args);
    if (args.y->needs_grad) x.tape->record(detail::AppendRecord<B>{{}, args});
    return Var<B, Result>{x.tape, args.y};
}

/// A drawn variable as the numbers: drawn first.
template <class B, class Shape, Index M, class Estimator>
auto append_last(Var<B, Shape> x, Lazy<B, shape<M>, Estimator> tail) {
    return append_last(x, as_var(tail));
}

}  // namespace blue
