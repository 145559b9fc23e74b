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
    LinearArgs<B> args{x,
                       nullptr,
                       weight,
                       bias,
                       take_ownership(*weight),
                       bias && take_ownership(*bias),
                       x->per_sample() / in,
                       in,
                       out};
    Index samples = std::max(x->samples, weight->samples);
    if (bias) samples = std::max(samples, bias->samples);
    const auto fits = [&](Index given) { return given == 1 || given == samples; };
    if (!fits(x->samples) || !fits(weight->samples))
        throw ShapeError("linear: an input with " + std::to_string(x->samples) +
                         " samples does not go with weights of " + std::to_string(samples) +
                         " samples");
    args.y = tape.node(samples, x->batch, x->item / in * out, true);
    linear_forward(tape, args);
    tape.record(LinearRecord<B>{{}, args});
    return args.y;
}

/// The extents of a linear map, after checking that its arguments fit. After an error: those with
/// which the rest of the model is most likely to compile.
template <class XShape, class WeightShape, class BiasShape = void>
struct LinearExtents {
    static constexpr bool is_matrix = WeightShape::rank == 2;
    static_assert(requirement::weight_matrix<is_matrix, requirement::given<WeightShape>>{});

    static constexpr Index out = first_extent<WeightShape>;
    static constexpr Index in = is_matrix ? last_extent<WeightShape> : last_extent<XShape>;
    static constexpr bool bias_fits =
        !is_matrix || std::is_same_v<BiasShape, shape<out>> || std::is_void_v<BiasShape>;
    static_assert(requirement::bias_width<bias_fits, requirement::expected<shape<out>>,
                                          requirement::given<BiasShape>>{});
    static_assert(requirement::width<last_extent<XShape> == in, WeightShape,
                                     requirement::expected<blue::replace_last<XShape, in>>,
                                     requirement::given<XShape>>{});
};

}  // namespace detail

/// x W^T + b over the last axis of x, one draw of the weights per sample. x: (S or 1, B, ..., In),
/// weight: (Out, In), bias: (Out); the result is (S, B, ..., Out). The weights are drawn block by
/// block right before they are multiplied; log probs are summed in the same sweep.
template <class B, class XShape, class WeightShape, class BiasShape>
auto linear(Var<B, XShape> x, Lazy<B, WeightShape> weight, Lazy<B, BiasShape> bias) {
    using Extents = detail::LinearExtents<XShape, WeightShape, BiasShape>;
    return Var<B, replace_last<XShape, Extents::out>>{
        x.tape, detail::linear(*x.tape, x.node, weight.draw, bias.draw, Extents::in, Extents::out)};
}

/// x W^T, without bias.
template <class B, class XShape, class WeightShape>
auto linear(Var<B, XShape> x, Lazy<B, WeightShape> weight, absent = {}) {
    using Extents = detail::LinearExtents<XShape, WeightShape>;
    return Var<B, replace_last<XShape, Extents::out>>{
        x.tape,
        detail::linear<B>(*x.tape, x.node, weight.draw, nullptr, Extents::in, Extents::out)};
}

}  // namespace blue
