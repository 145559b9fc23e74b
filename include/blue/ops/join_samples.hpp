// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Samples of several values, one after the other.
#pragma once

#include <blue/ops/copy_args.hpp>

#include <array>

namespace blue {

/// `count` samples of each value behind each other: (count, B, ...) K times to (K count, B, ...). A
/// value with one sample stands for all its samples. Throws ShapeError when samples or batches do
/// not fit.
template <class B, class Shape, std::size_t K>
Var<B, Shape> join_samples(const std::array<Var<B, Shape>, K>& values, Index count) {
    Tape<B>& tape = *values[0].tape;
    for (const auto& x : values) detail::common_tape(values[0], x);
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
        const std::array<detail::CopyAxis, 1> item{{{y->item, 1, 1}}};
        detail::copy_part<B>(tape, x.node, y, 0, first * y->per_sample(), item, count);
        first += count;
    }
    return {&tape, y};
}

}  // namespace blue
