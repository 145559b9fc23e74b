// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A factor and an offset per channel: the second half of normalisation layers.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/meta/variables.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>
#include <array>

namespace blue {

namespace operation {
struct affine;
}

namespace requirement {
/// The factor and offset of `affine`.
template <bool Ok, class Expected, class Given>
struct channels : check {
    static_assert(Ok,
                  "blue: affine needs one factor and one offset per channel, see expected and "
                  "given shape in channels<...>: change the extent of the variable, or the shape "
                  "of the input");
};
}  // namespace requirement

/// Which axis of an item counts its channels.
enum class channel_axis { first, last };

namespace detail {

/// y = weight[c] x + bias[c] for rows of `channels` x `inner` numbers; bias may be nullptr.
template <class B>
struct AffineArgs {
    Node<B>* x;
    Node<B>* weight;
    Node<B>* bias;
    Node<B>* y;
    Index channels, inner;
};

template <class B>
struct AffineRecord : Record<B> {
    AffineArgs<B> args;
    void run(Tape<B>& tape) {
        if (!args.y->grad_live) return;
        if (args.weight->needs_grad || (args.bias && args.bias->needs_grad))
            affine_backward_parameters(tape, args);
        if (args.x->needs_grad) affine_backward_input(tape, args, tape.gradient(args.x));
    }
};

template <class B>
Node<B>* affine(Tape<B>& tape, Node<B>* x, Node<B>* weight, Node<B>* bias, Index channels,
                Index inner) {
    constexpr bool known = has_kernel<operation::affine, B>;
    static_assert(requirement::kernel<known, operation::affine, B>{});
    Index samples = std::max(x->samples, weight->samples);
    if (bias) samples = std::max(samples, bias->samples);
    const std::array nodes{x, weight, bias};  // nvcc 13 does not end a loop over a braced list
    for (const Node<B>* node : nodes)
        if (node &&
            ((node->samples != 1 && node->samples != samples) || (node != x && node->batch != 1)))
            throw ShapeError("affine: expected ", samples, " or 1 samples, and batch 1 of factors ",
                             "and offsets, got ", node->samples, " samples and batch ",
                             node->batch);
    const bool needs_grad = x->needs_grad || weight->needs_grad || (bias && bias->needs_grad);
    const AffineArgs<B> args{
        x, weight, bias, tape.node(samples, x->batch, x->item, needs_grad), channels, inner};
    if constexpr (known) {
        affine_forward(tape, args);
        if (args.y->needs_grad) tape.record(AffineRecord<B>{{}, args}, args.y);
    }
    return args.y;
}

}  // namespace detail

/// weight x + bias, with one factor and one offset per channel: the extent of the last axis of x,
/// or of the first. x: (S or 1, B, ...), weight and bias: (S or 1, C) or drawn variables, and bias
/// may be `absent`. Throws ShapeError when samples do not fit.
template <channel_axis Axis = channel_axis::last, class B, class Shape, class Weight,
          class Bias = absent>
auto affine(Var<B, Shape> x, Weight weight, Bias bias = {}) {
    constexpr bool last = Axis == channel_axis::last;
    constexpr Index channels = last ? last_extent<Shape> : first_extent<Shape>;
    using Expected = shape<channels>;
    constexpr bool weight_fits = fits<typename Weight::shape, Expected>;
    static_assert(requirement::channels<weight_fits, requirement::expected<Expected>,
                                        requirement::given<typename Weight::shape>>{});
    Node<B>* offsets = nullptr;
    bool bias_fits = true;
    if constexpr (!std::is_same_v<Bias, absent>) {
        constexpr bool ok = fits<typename Bias::shape, Expected>;
        static_assert(requirement::channels<ok, requirement::expected<Expected>,
                                            requirement::given<typename Bias::shape>>{});
        bias_fits = ok;
        offsets = as_var(bias).node;
    }
    if (!weight_fits || !bias_fits) return x;  // after an error
    const Index inner = last ? 1 : x.node->item / channels;
    Tape<B>& tape = detail::common_tape(x, weight, bias);
    return Var<B, Shape>{
        x.tape, detail::affine(tape, x.node, as_var(weight).node, offsets, channels, inner)};
}

}  // namespace blue
