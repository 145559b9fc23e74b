// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reductions over samples, batch and items, and picking the entry of a class.
#pragma once

#include <blue/ops/arithmetic.hpp>

#include <algorithm>
#include <cstdint>

namespace blue {

namespace detail {

enum class Reduction { mean_samples, std_samples, sum, sum_last };

/// y = reduction of x. `sum_last` adds up the last `inner` numbers of each row.
template <class B>
struct ReduceArgs {
    Node<B>* x;
    Node<B>* y;
    Reduction kind;
    Index inner;
};

template <class B>
struct ReduceRecord : Record<B> {
    ReduceArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) reduce_backward(tape, args, tape.gradient(args.x));
    }
};

template <class Result, class B, class Shape>
Result reduce(Var<B, Shape> x, Reduction kind, Index samples, Index batch, Index item,
              Index inner) {
    ReduceArgs<B> args{x.node, x.tape->node(samples, batch, item, x.node->needs_grad), kind, inner};
    reduce_forward(*x.tape, args);
    if (args.y->needs_grad) x.tape->record(ReduceRecord<B>{{}, args});
    return {x.tape, args.y};
}

/// y[i] = x[i, label[i]] for rows of `classes` numbers; labels repeat for every sample.
template <class B>
struct PickArgs {
    Node<B>* x;
    Node<B>* y;
    const std::int32_t* labels;
    Index classes;
};

template <class B>
struct PickRecord : Record<B> {
    PickArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) pick_backward(tape, args, tape.gradient(args.x));
    }
};

}  // namespace detail

/// Mean over the samples: (S, B, ...) to (1, B, ...).
template <class B, class Shape>
auto mean_samples(Var<B, Shape> x) {
    return detail::reduce<Var<B, Shape>>(x, detail::Reduction::mean_samples, 1, x.batch(),
                                         x.node->item, 1);
}
/// Standard deviation over the samples with divisor S - 1: (S, B, ...) to (1, B, ...). Its gradient
/// is 0 where all samples are equal. Throws ValueError for fewer than two samples.
template <class B, class Shape>
auto std_samples(Var<B, Shape> x) {
    if (x.samples() < 2)
        throw ValueError("std_samples: expected at least 2 samples, got ", x.samples());
    return detail::reduce<Var<B, Shape>>(x, detail::Reduction::std_samples, 1, x.batch(),
                                         x.node->item, 1);
}
/// Sum over everything: a single number.
template <class B, class Shape>
auto sum(Var<B, Shape> x) {
    return detail::reduce<Var<B, scalar_shape>>(x, detail::Reduction::sum, 1, 1, 1, 1);
}
/// Mean over everything: a single number.
template <class B, class Shape>
auto mean(Var<B, Shape> x) {
    return sum(x) * (1.0 / static_cast<double>(x.node->size()));
}
/// Sum over batch and items: one number for each sample, (S, B, ...) to (S, 1).
template <class B, class Shape>
auto sum_per_sample(Var<B, Shape> x) {
    return detail::reduce<Var<B, scalar_shape>>(x, detail::Reduction::sum_last, x.samples(), 1, 1,
                                                x.node->per_sample());
}
/// Sum over the last axis.
template <class B, class Shape>
auto sum_last(Var<B, Shape> x) {
    const Index inner = x.last();
    return detail::reduce<Var<B, drop_last<Shape>>>(x, detail::Reduction::sum_last, x.samples(),
                                                    x.batch(), x.node->item / inner, inner);
}

/// Class labels in a backend's memory: batch x (item without classes) of them.
template <class B>
struct Labels {
    const std::int32_t* data;
    Index count;
};

/// Brings labels to the backend, valid until the tape is reset. Throws ValueError for one outside
/// [0, classes). They are copied everywhere: one that changed behind this check would be a place
/// outside of the output.
template <class B>
Labels<B> make_labels(Tape<B>& tape, const std::int32_t* host_labels, Index count, Index classes) {
    auto* const labels = tape.template host_memory<std::int32_t>(count);
    std::copy_n(host_labels, count, labels);
    for (Index i = 0; i < count; ++i)
        if (labels[i] < 0 || labels[i] >= classes)
            throw ValueError("labels: expected numbers in [0, ", classes, "), got ", labels[i],
                             " at position ", i);
    return {B::to_device(tape, labels, count), count};
}

/// The entry of each label along the last axis: (S, B, ..., C) to (S, B, ...).
template <class B, class Shape>
auto pick(Var<B, Shape> x, Labels<B> labels) {
    const Node<B>& in = *x.node;
    const Index classes = x.last(), item = in.item / classes;
    if (labels.count != in.batch * item)
        throw ShapeError("pick: expected ", in.batch * item, " labels, got ", labels.count);
    detail::PickArgs<B> args{x.node, x.tape->node(in.samples, in.batch, item, in.needs_grad),
                             labels.data, classes};
    pick_forward(*x.tape, args);
    if (args.y->needs_grad) x.tape->record(detail::PickRecord<B>{{}, args});
    return Var<B, drop_last<Shape>>{x.tape, args.y};
}

}  // namespace blue
