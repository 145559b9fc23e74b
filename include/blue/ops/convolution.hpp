// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolutions with random weights over one to three axes.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/ops/convolution_checks.hpp>
#include <blue/ops/convolution_options.hpp>
#include <blue/ops/estimated.hpp>
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
    tape.multiply_adds += samples * x->batch * geometry.narrow_channels * geometry.narrow_size() *
                          geometry.kernel_size() * (geometry.wide_channels / geometry.groups);
    convolution_forward(tape, args);
    tape.record(ConvolutionRecord<B>{{}, args}, args.y);
    return args.y;
}

/// As `estimated` takes it.
struct ConvolutionMap {
    bool transposed;
    ConvolutionGeometry geometry;
    static constexpr bool channels_last = false;
    Index in() const { return transposed ? geometry.narrow_channels : geometry.wide_channels; }
    Index out() const { return transposed ? geometry.wide_channels : geometry.narrow_channels; }
    template <class B>
    Node<B>* operator()(Tape<B>& tape, Node<B>* x, Draw<B>* weight, Draw<B>* bias) const {
        return convolution(tape, x, weight, bias, transposed, geometry);
    }
};

template <bool Transposed, class Setup, std::size_t... Axis>
constexpr auto result_shape(std::index_sequence<Axis...>) {
    constexpr ConvolutionGeometry g = Setup::geometry;
    constexpr std::size_t first = 3 - sizeof...(Axis);
    if constexpr (Transposed)
        return shape<g.wide_channels, g.axes[first + Axis].wide...>{};
    else
        return shape<g.narrow_channels, g.axes[first + Axis].narrow...>{};
}
/// The shape of the result.
template <bool Transposed, class Setup>
using convolution_result = decltype(result_shape<Transposed, Setup>(
    std::make_index_sequence<static_cast<std::size_t>(Setup::axes)>{}));

/// The shape of a bias; `absent` for none, and for one that has a number per channel.
template <class Bias, Index Channels>
struct bias_shape_of {
    using type = std::conditional_t<std::is_same_v<typename Bias::shape, shape<Channels>>, absent,
                                    typename Bias::shape>;
};
template <Index Channels>
struct bias_shape_of<absent, Channels> {
    using type = absent;
};

/// The setup of an operation, after its checks. `Caller` is the operation.
template <class Caller, bool Transposed, class XShape, class WeightShape, class Bias,
          class... Options>
auto checked_setup() {
    constexpr int axes = WeightShape::rank - 2;
    static_assert(option_checks<(axes > 0 && axes <= 3 ? axes : 1), Options...>{});
    using Any = ConvolutionSetup<Caller, Transposed, XShape, WeightShape, absent, Options...>;
    using BiasShape = typename bias_shape_of<Bias, Any::out>::type;
    using Setup = ConvolutionSetup<Caller, Transposed, XShape, WeightShape, BiasShape, Options...>;
    static_assert(convolution_checks<Setup, Caller, XShape, WeightShape>{});
    return Setup{};
}

}  // namespace detail

/// What `convolution`, `transposed_convolution` and the layers do after their checks.
/// \tparam Setup the `detail::ConvolutionSetup` of the shapes.
template <class Setup, bool Transposed, class B, class XShape, class WeightShape, class Estimator,
          class Bias>
auto convolve(Var<B, XShape> x, Lazy<B, WeightShape, Estimator> weight, Bias bias) {
    constexpr bool computes = has_kernel<operation::convolution, B>;
    static_assert(requirement::kernel<computes, operation::convolution, B>{});
    static_assert(detail::bias_estimator_check<Estimator, Bias>{});
    if constexpr (Setup::fits && computes) {
        return Var<B, detail::convolution_result<Transposed, Setup>>{
            x.tape,
            detail::estimate(detail::ConvolutionMap{Transposed, Setup::geometry}, x, weight, bias)};
    } else {  // after an error
        return Var<B, any_shape>{x.tape, x.node};
    }
}

/// Products of the weight and windows of the input, with one draw of the weights per sample.
///
/// x: (S or 1, B, C, D, H, W) with one to three axes behind the channels; weight: (Out, C / groups,
/// kernel...); bias: (Out) or `absent`. The result is (S, B, Out, ...), with as many numbers along
/// an axis as windows fit into it: (extent + 2 padding - dilation (kernel - 1) - 1) / stride + 1,
/// rounded down.
/// \tparam Options as for the layers: `convolution<stride<2>, padding<1>>(x, weight)`.
template <class... Options, class X, class Weight, class Bias = absent>
auto convolution(X x, Weight weight, Bias bias = {}) {
    using Setup = decltype(detail::checked_setup<operation::convolution, false, typename X::shape,
                                                 typename Weight::shape, Bias, Options...>());
    return convolve<Setup, false>(x, weight, bias);
}

/// The adjoint of `convolution` with the same weight and options: what its gradient does to the
/// result. x: (S or 1, B, C, ...), weight: (C, Out / groups, kernel...), bias: (Out) or `absent`;
/// the result has (extent - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1
/// numbers along an axis.
template <class... Options, class X, class Weight, class Bias = absent>
auto transposed_convolution(X x, Weight weight, Bias bias = {}) {
    using Setup =
        decltype(detail::checked_setup<operation::transposed_convolution, true, typename X::shape,
                                       typename Weight::shape, Bias, Options...>());
    return convolve<Setup, true>(x, weight, bias);
}

}  // namespace blue
