// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Softmax and its logarithm over the last axis.
#pragma once

#include <blue/ops/materialise.hpp>

namespace blue {

namespace detail {

enum class SoftmaxKind { softmax, log_softmax, normalise, log_normalise };

/// y = softmax(x), x / sum x or the logarithm of one of them, for rows of `classes` numbers.
template <class B>
struct SoftmaxArgs {
    Node<B>* x;
    Node<B>* y;
    Index classes;
    SoftmaxKind kind;
};

template <class B>
struct SoftmaxRecord : Record<B> {
    SoftmaxArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) softmax_backward(tape, args, tape.gradient(args.x));
    }
};

template <class B, class Shape>
Var<B, Shape> softmax(Var<B, Shape> x, SoftmaxKind kind) {
    const Node<B>& in = *x.node;
    SoftmaxArgs<B> args{x.node, x.tape->node(in.samples, in.batch, in.item, in.needs_grad),
                        x.last(), kind};
    softmax_forward(*x.tape, args);
    if (args.y->needs_grad) x.tape->record(SoftmaxRecord<B>{{}, args});
    return {x.tape, args.y};
}

}  // namespace detail

/// exp(x) / sum exp(x) over the last axis.
template <class B, class Shape>
Var<B, Shape> softmax(Var<B, Shape> x) {
    return detail::softmax(x, detail::SoftmaxKind::softmax);
}
/// x - log sum exp(x) over the last axis: log probabilities in nats.
template <class B, class Shape>
Var<B, Shape> log_softmax(Var<B, Shape> x) {
    return detail::softmax(x, detail::SoftmaxKind::log_softmax);
}
/// x / sum x over the last axis: positive scores as probabilities.
template <class B, class Shape>
Var<B, Shape> normalise(Var<B, Shape> x) {
    return detail::softmax(x, detail::SoftmaxKind::normalise);
}
/// log(x / sum x) over the last axis, in nats.
template <class B, class Shape>
Var<B, Shape> log_normalise(Var<B, Shape> x) {
    return detail::softmax(x, detail::SoftmaxKind::log_normalise);
}

}  // namespace blue
