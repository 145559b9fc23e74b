// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear map with random weights: weights are drawn right before they are multiplied.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/meta/variables.hpp>
#include <blue/ops/linear_args.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>

namespace blue {

namespace detail {

template <class B>
struct LinearRecord : Record<B> {
    LinearArgs<B> args;
    void run(Tape<B>& tape) { linear_backward(tape, args); }
};

template <class B>
Node<B>* linear(Tape<B>& tape, Node<B>* x, Draw<B>* weight, Draw<B>* bias, Index in, Index out) {
    LinearArgs<B> args{x, nullptr, weight, bias, take_ownership(*weight),
                       bias && take_ownership(*bias), x->per_sample() / in, in, out};
    Index samples = std::max(x->samples, weight->samples);
    if (bias) samples = std::max(samples, bias->samples);
    for (Index given : {x->samples, weight->samples})
        if (given != 1 && given != samples)
            throw ShapeError("linear: an input with " + std::to_string(x->samples) +
                             " samples does not go with weights of " + std::to_string(samples) +
                             " samples");
    args.y = tape.node(samples, x->batch, x->item / in * out, true);
    linear_forward(tape, args);
    tape.record(LinearRecord<B>{{}, args});
    return args.y;
}

}  // namespace detail

/// x W^T + b over the last axis of x, one draw of the weights per sample. x: (S or 1, B, ..., In),
/// weight: (Out, In), bias: (Out); the result is (S, B, ..., Out). The weights are drawn block by block right
/// before they are multiplied; log probs are summed in the same sweep.
template <class B, class XShape, Index Out, Index In>
auto linear(Var<B, XShape> x, Lazy<B, shape<Out, In>> weight, Lazy<B, shape<Out>> bias) {
    static_cast<void>(sizeof(requirement::width<last_extent<XShape> == In, In, last_extent<XShape>>));
    return Var<B, replace_last<XShape, Out>>{
        x.tape, detail::linear(*x.tape, x.node, weight.draw, bias.draw, In, Out)};
}

/// x W^T, without bias.
template <class B, class XShape, Index Out, Index In>
auto linear(Var<B, XShape> x, Lazy<B, shape<Out, In>> weight, absent = {}) {
    static_cast<void>(sizeof(requirement::width<last_extent<XShape> == In, In, last_extent<XShape>>));
    return Var<B, replace_last<XShape, Out>>{
        x.tape, detail::linear<B>(*x.tape, x.node, weight.draw, nullptr, In, Out)};
}

}  // namespace blue
