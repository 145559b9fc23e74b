// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolutions with random weights over one to three axes.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/ops/convolution_checks.hpp>
#include <blue/ops/convolution_options.hpp>
#include <blue/ops/materialise.hpp>

#include <algorithm>

namespace blue {

namespace operation {
struct convolution;
struct transposed_convolution;
}  // namespace operation

namespace detail {

template <class B>
struct ConvolutionRecord : Record<B> {
    ConvolutionArgs<B> args;
    void run(Tape<B>& tape) { convolution_backward(tape, args); }
};

template <class B>
Node<B>* convolution(Tape<B>& tape, Node<B>* x, Draw<B>* weight, Draw<B>* bias, bool transposed,
                     const ConvolutionGeometry& geometry) {
    ConvolutionArgs<B> args{x,
                            nullptr,
                            weight,
                            bias,
                            take_ownership(tape, *weight),
                            bias && take_ownership(tape, *bias),
                            transposed,
                            geometry};
    Index samples = std::max(x->samples, weight->samples);
    if (bias) samples = std::max(samples, bias->samples);
    const auto fits = [&](Index given) { return given == 1 || given == samples; };
    if (!fits(x->samples) || !fits(weight->samples))
        throw ShapeError("convolution: an input with ", x->samples,
                         " samples does not go with weights of ", weight->samples, " samples");
    args.y = tape.node(samples, x->batch,
                       transposed ? geometry.wide_channels * geometry.wide_size()
                                  : geometry.narrow_channels * geometry.narrow_size(),
                       true);
    convolution_forward(tape, args);
    tape.record(ConvolutionRecord<B>{{}, args});
    return args.y;
}


template <bool Transposed, class Setup, std::size_t... Axis>
auto result_shape(std::index_sequence<Axis...>) {
    constexpr ConvolutionGeometry g = Setup::geometry;
    constexpr std::size_t first = 3 - sizeof...(Axis);
    if constexpr (Transposed)
        return shape<g.wide_channels, g.axes[first + Axis].wide...>{};
    else
        return shape<g.narrow_channels, g.axes[first + Axis].narrow...>{};
}

/// `Caller` is named in messages: a layer, or the operation.
template <class Caller, bool Transposed, class... Options, class B, class XShape, class WeightShape,
          class Estimator, class Bias>
auto convolve(Var<B, XShape> x, Lazy<B, WeightShape, Estimator> weight, Bias bias) {
    constexpr bool drawn = std::is_same_v<Estimator, estimator::DrawnWeights>;
    static_assert(requirement::drawn_weights<drawn, WeightShape, Estimator>{});
    static_assert(requirement::kernel<has_kernel<operation::convolution, B>, operation::convolution,
                                      B>{});
    using Setup = ConvolutionSetup<Caller, Transposed, XShape, WeightShape, Bias, Options...>;
    Setup::check();
    if constexpr (Setup::fits && drawn && has_kernel<operation::convolution, B>) {
        Draw<B>* bias_draw = nullptr;
        if constexpr (!std::is_same_v<Bias, absent>) bias_draw = bias.draw;
        constexpr auto axes = std::make_index_sequence<static_cast<std::size_t>(Setup::axes)>{};
        using Result = decltype(result_shape<Transposed, Setup>(axes));
        return Var<B, Result>{x.tape, convolution(*x.tape, x.node, weight.draw, bias_draw,
                                                  Transposed, Setup::geometry)};
    } else {  // after an error
        return Var<B, any_shape>{x.tape, x.node};
    }
}

}  // namespace detail

/// Products of the weight and windows of the input, with one draw of the weights per sample.
///
/// x: (S or 1, B, C, D, H, W) with one to three axes behind the channels; weight: (Out, C / groups,
/// kernel...); bias: (Out) or `absent`. The result is (S, B, Out, ...), with as many numbers along
/// an axis as windows fit into it: (extent + padding - dilation (kernel - 1) - 1) / stride + 1.
/// \tparam Options as for the layers: `convolution<stride<2>, padding<1>>(x, weight)`.
template <class... Options, class B, class XShape, class WeightShape, class Estimator,
          class Bias = absent>
auto convolution(Var<B, XShape> x, Lazy<B, WeightShape, Estimator> weight, Bias bias = {}) {
    return detail::convolve<operation::convolution, false, Options...>(x, weight, bias);
}

/// The adjoint of `convolution` with the same weight and options: what its gradient does to the
/// result. x: (S or 1, B, C, ...), weight: (C, Out / groups, kernel...), bias: (Out) or `absent`;
/// the result has (extent - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1
/// numbers along an axis.
template <class... Options, class B, class XShape, class WeightShape, class Estimator,
          class Bias = absent>
auto transposed_convolution(Var<B, XShape> x, Lazy<B, WeightShape, Estimator> weight,
                            Bias bias = {}) {
    return detail::convolve<operation::transposed_convolution, true, Options...>(x, weight, bias);
}

}  // namespace blue
