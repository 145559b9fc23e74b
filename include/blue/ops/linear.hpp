// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear map with random weights: weights are drawn right before they are multiplied.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/concepts/requirement.hpp>
#include <blue/meta/variables.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/estimated.hpp>
#include <blue/ops/linear_args.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>

namespace blue {

namespace operation {
struct linear_relu;
}

template <class B, class Shape>
struct LazyRows;

namespace detail {

template <class B>
struct LinearRecord : Record<B> {
    LinearArgs<B> args;
    void run(Tape<B>& tape) { linear_backward(tape, args); }
};

template <class B>
Node<B>* linear(Tape<B>& tape, Node<B>* x, Draw<B>* weight, Draw<B>* bias, Index in, Index out,
                Index weight_first = 0, Index bias_first = 0, bool relu = false) {
    LinearArgs<B> args{x,
                       nullptr,
                       weight,
                       bias,
                       take_ownership(tape, *weight),
                       bias && take_ownership(tape, *bias),
                       x->per_sample() / in,
                       in,
                       out,
                       weight_first,
                       bias_first,
                       relu};
    Index samples = std::max(x->samples, weight->samples);
    if (bias) samples = std::max(samples, bias->samples);
    const auto fits = [&](Index given) { return given == 1 || given == samples; };
    if (!fits(x->samples) || !fits(weight->samples))
        throw ShapeError("linear: an input with ", x->samples,
                         " samples does not go with weights of ", samples, " samples");
    args.y = tape.node(samples, x->batch, x->item / in * out, true);
    tape.multiply_adds += args.y->size() * in;
    linear_forward(tape, args);
    tape.record(LinearRecord<B>{{}, args}, args.y);
    return args.y;
}

template <class X>
inline constexpr bool is_rows = false;
template <class B, class Shape>
inline constexpr bool is_rows<LazyRows<B, Shape>> = true;

template <class Shape>
inline constexpr bool is_matrix = Shape::rank == 2 || std::is_same_v<Shape, any_shape>;

/// As `estimated` takes it.
struct LinearMap {
    Index inputs, outputs;
    bool relu;
    static constexpr bool channels_last = true;
    Index in() const { return inputs; }
    Index out() const { return outputs; }
    template <class B>
    Node<B>* operator()(Tape<B>& tape, Node<B>* x, Draw<B>* weight, Draw<B>* bias) const {
        return linear(tape, x, weight, bias, inputs, outputs, 0, 0, relu);
    }
};

/// What `linear` does beside the linear map: `linear_relu`.
struct Fused {
    bool relu = false;
};

}  // namespace detail

/// x W^T + b over the last axis of x, one draw of the weights per sample. x: (S or 1, B, ..., In),
/// weight: (Out, In), bias: (Out) or `absent`; the result is (S, B, ..., Out). The weights are
/// drawn block by block right before they are multiplied; log probs are summed in the same sweep.
/// What wrappers such as `Flipout` do instead is said there.
template <class B, class XShape, class WeightShape, class Estimator, class Bias = absent>
requires(!detail::is_rows<Bias>) auto linear(Var<B, XShape> x,
                                             Lazy<B, WeightShape, Estimator> weight, Bias bias = {},
                                             detail::Fused fused = {}) {
    using requirement::expected, requirement::given;
    static_assert(requirement::weight_matrix<detail::is_matrix<WeightShape>, given<WeightShape>>{});
    // Nothing more is said about the extents of what is no matrix.
    using Weight = std::conditional_t<detail::is_matrix<WeightShape>, WeightShape, any_shape>;
    constexpr bool known = !std::is_same_v<Weight, any_shape>;
    constexpr Index in = last_extent<Weight>, out = first_extent<Weight>;

    constexpr bool has_bias = !std::is_same_v<Bias, absent>;
    using BiasShape = typename std::conditional_t<has_bias, Bias, Lazy<B, shape<out>>>::shape;
    constexpr bool bias_fits = !known || fits<BiasShape, shape<out>>;
    static_assert(requirement::bias_width<bias_fits, expected<shape<out>>, given<BiasShape>>{});

    using Input = replace_last<XShape, in>;
    constexpr bool input_fits = !known || fits<XShape, Input>;
    static_assert(requirement::width<input_fits, WeightShape, expected<Input>, given<XShape>>{});

    static_assert(detail::bias_estimator_check<Estimator, Bias>{});
    constexpr bool fit = known && bias_fits && input_fits;
    using Result = std::conditional_t<fit, replace_last<XShape, out>, any_shape>;
    return Var<B, Result>{
        x.tape, detail::estimate(detail::LinearMap{in, out, fused.relu}, x, weight, bias)};
}

/// max(x W^T + b, 0): `relu` of `linear`, also in its errors. One operation where the weights are
/// drawn and the backend can; the numbers are the same.
template <class X, class Weight, class Bias = absent>
auto linear_relu(X x, Weight weight, Bias bias = {}) {
    return relu(linear(x, weight, bias));
}
template <class B, class XShape, class WeightShape, class Bias = absent>
requires has_kernel<operation::linear_relu, B>
auto linear_relu(Var<B, XShape> x, Lazy<B, WeightShape, estimator::DrawnWeights> weight,
                 Bias bias = {}) {
    return linear(x, weight, bias, detail::Fused{true});
}

}  // namespace blue
