// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers with mean 0 and variance 1: the first half of layer and group normalisation.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/error.hpp>
#include <blue/tensor/tape.hpp>

namespace blue {

namespace operation {
struct standardise;
}

namespace detail {

/// y = (x - mean) / sqrt(variance + eps) of each group of `count` consecutive numbers.
template <class B>
struct StandardiseArgs {
    Node<B>* x;
    Node<B>* y;
    typename B::scalar* scales;  ///< 1 / sqrt(variance + eps) of each group
    Index count;
    double eps;
};

template <class B>
struct StandardiseRecord : Record<B> {
    StandardiseArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) standardise_backward(tape, args, tape.gradient(args.x));
    }
};

/// \param count numbers of a group; it divides the size of an item.
template <class B>
Node<B>* standardise(Tape<B>& tape, Node<B>* x, Index count, double eps) {
    require_not_negative("normalisation", "eps", eps);
    constexpr bool known = has_kernel<operation::standardise, B>;
    static_assert(requirement::kernel<known, operation::standardise, B>{});
    StandardiseArgs<B> args{x, tape.node(x->samples, x->batch, x->item, x->needs_grad),
                            tape.template device_memory<typename B::scalar>(x->size() / count),
                            count, eps};
    if constexpr (known) {
        standardise_forward(tape, args);
        if (args.y->needs_grad) tape.record(StandardiseRecord<B>{{}, args}, args.y);
    }
    return args.y;
}

}  // namespace detail

/// (x - mean) / sqrt(variance + eps) over the last axis of x, with the variance of the N numbers,
/// not N / (N - 1) times that. Throws ValueError unless eps is finite and not negative.
template <class B, class Shape>
Var<B, Shape> standardise(Var<B, Shape> x, double eps = 1e-5) {
    return {x.tape, detail::standardise(*x.tape, x.node, last_extent<Shape>, eps)};
}

/// The same over each of `Groups` equal parts of an item, one after the other; their number divides
/// the first extent.
template <Index Groups, class B, class Shape>
Var<B, Shape> standardise_groups(Var<B, Shape> x, double eps = 1e-5) {
    return {x.tape, detail::standardise(*x.tape, x.node, x.node->item / Groups, eps)};
}

}  // namespace blue
