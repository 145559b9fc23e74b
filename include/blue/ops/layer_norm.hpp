// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layer normalisation, of a value or of the sum of two, as one operation.
#pragma once

#include <blue/ops/affine.hpp>

#include <array>

namespace blue {

namespace operation {
struct layer_norm;
}

namespace detail {

/// y = weight (x - mean) / sqrt(variance + eps) + bias of each row of `count` numbers, where x is
/// the sum of the terms. Of those the second, and weight and bias, may be nullptr.
template <class B>
struct LayerNormArgs {
    std::array<Node<B>*, 2> terms;
    Node<B>* weight;
    Node<B>* bias;
    Index count;
    double eps;
    Node<B>* y = nullptr;
    typename B::scalar* means = nullptr;
    typename B::scalar* scales = nullptr;  ///< 1 / sqrt(variance + eps)
};

template <class B>
struct LayerNormRecord : Record<B> {
    LayerNormArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live) layer_norm_backward(tape, args);
    }
};

template <class B>
Node<B>* layer_norm(Tape<B>& tape, LayerNormArgs<B> args) {
    require_not_negative("normalisation", "eps", args.eps);
    constexpr bool known = has_kernel<operation::layer_norm, B>;
    static_assert(requirement::kernel<known, operation::layer_norm, B>{});
    const std::array nodes{args.terms[0], args.terms[1], args.weight, args.bias};
    Index samples = 1;
    bool needs_grad = false;
    for (const Node<B>* node : nodes) {
        if (!node) continue;
        samples = std::max(samples, node->samples);
        needs_grad |= node->needs_grad;
    }
    const Node<B>& x = *args.terms[0];
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node<B>* const node = nodes[i];
        if (!node) continue;
        const bool is_term = i < args.terms.size();
        const Index batch = is_term ? x.batch : 1, item = is_term ? x.item : args.count;
        if ((node->samples != 1 && node->samples != samples) || node->batch != batch ||
            node->item != item)
            throw ShapeError("layer_norm: expected ", samples, " or 1 samples x ", batch, " x ",
                             item, ", got ", node->samples, " x ", node->batch, " x ", node->item);
    }
    args.y = tape.node(samples, x.batch, x.item, needs_grad);
    args.means = tape.template device_memory<typename B::scalar>(args.y->size() / args.count);
    args.scales = tape.template device_memory<typename B::scalar>(args.y->size() / args.count);
    if constexpr (known) {
        layer_norm_forward(tape, args);
        if (needs_grad) tape.record(LayerNormRecord<B>{{}, args}, args.y);
    }
    return args.y;
}

/// The factors or offsets of rows of `x`; nullptr for absent ones.
template <class B, class Shape>
Node<B>* channel_node(Var<B, Shape>, absent) {
    return nullptr;
}
template <class B, class Shape, class Parameter>
Node<B>* channel_node(Var<B, Shape>, Parameter parameter) {
    using Expected = shape<last_extent<Shape>>;
    constexpr bool ok = fits<typename Parameter::shape, Expected>;
    static_assert(requirement::channels<ok, requirement::expected<Expected>,
                                        requirement::given<typename Parameter::shape>>{});
    return as_var(parameter).node;
}

}  // namespace detail

/// weight (x - mean) / sqrt(variance + eps) + bias over the last axis of x (Ba et al. 2016,
/// equations 3 and 4), with the variance of the N numbers, not N / (N - 1) times that. x: (S or 1,
/// B, ..., N), weight and bias: (S or 1, N), drawn variables or `absent`. Throws ShapeError when
/// samples do not fit, and ValueError unless eps is finite and not negative.
template <class B, class Shape, class Weight = absent, class Bias = absent>
Var<B, Shape> layer_norm(Var<B, Shape> x, Weight weight = {}, Bias bias = {}, double eps = 1e-5) {
    Tape<B>& tape = detail::common_tape(x, weight, bias);
    return {&tape, detail::layer_norm<B>(tape, {{x.node, nullptr},
                                                detail::channel_node(x, weight),
                                                detail::channel_node(x, bias),
                                                last_extent<Shape>,
                                                eps})};
}

/// layer_norm(x + y, weight, bias, eps), without a pass over memory for the sum.
template <class B, class Shape, class Other, class Weight = absent, class Bias = absent>
Var<B, Shape> add_layer_norm(Var<B, Shape> x, Var<B, Other> y, Weight weight = {}, Bias bias = {},
                             double eps = 1e-5) {
    static_assert(requirement::same_shape<fits<Other, Shape>, requirement::expected<Shape>,
                                          requirement::given<Other>>{});
    Tape<B>& tape = detail::common_tape(x, y, weight, bias);
    return {&tape, detail::layer_norm<B>(tape, {{x.node, y.node},
                                                detail::channel_node(x, weight),
                                                detail::channel_node(x, bias),
                                                last_extent<Shape>,
                                                eps})};
}

}  // namespace blue
