// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Samples of several values, one after the other.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>

namespace blue {

namespace detail {

/// Samples [first, first + count) of y are those of x, or all its only one.
template <class B>
struct JoinArgs {
    Node<B>* x;
    Node<B>* y;
    Index first, count;
};

template <class B>
struct JoinRecord : Record<B> {
    JoinArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) join_backward(tape, args, tape.gradient(args.x));
    }
};

}  // namespace detail

/// `count` samples of each value behind each other: (count, B, ...) K times to (K count, B, ...). A
/// value with one sample stands for all its samples. Throws ShapeError when samples or batches do
/// not fit.
template <class B, class Shape, std::size_t K>
Var<B, Shape> join_samples(const std::array<Var<B, Shape>, K>& values, Index count) {
    Tape<B>& tape = *values[0].tape;
    bool needs_grad = false;
    for (const Var<B, Shape>& x : values) {
        if ((x.samples() != 1 && x.samples() != count) || x.batch() != values[0].batch())
            throw ShapeError("join_samples: expected ", count, " samples or 1 x batch ",
                             values[0].batch(), ", got ", x.samples(), " samples x batch ",
                             x.batch());
        needs_grad |= x.node->needs_grad;
    }
    Node<B>* const y = tape.node(static_cast<Index>(K) * count, values[0].batch(),
                                 values[0].node->item, needs_grad);
    Index first = 0;
    for (const Var<B, Shape>& x : values) {
        const detail::JoinArgs<B> args{x.node, y, first, count};
        join_forward(tape, args);
        if (x.node->needs_grad) tape.record(detail::JoinRecord<B>{{}, args});
        first += count;
    }
    return {&tape, y};
}

}  // namespace blue
