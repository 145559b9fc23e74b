// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Means and variances in the place of drawn values, and how operations change them.
#pragma once

#include <blue/estimators/normal_moments.hpp>
#include <blue/ops/affine.hpp>
#include <blue/ops/concatenate.hpp>
#include <blue/ops/convolution.hpp>
#include <blue/ops/linear.hpp>
#include <blue/ops/permute.hpp>
#include <blue/ops/slice.hpp>
#include <blue/ops/weight_moments.hpp>

namespace blue {

/// A random value by its moments: mean and variance of each element, (1, B, ...). Elements count as
/// independent of each other and, as inputs of a function that bends, as normal.
template <class B, class Shape>
struct Moments {
    using backend = B;
    using shape = Shape;
    Var<B, Shape> mean;
    /// Without a node when the value is known: then the variance is 0.
    Var<B, Shape> variance{};

    bool is_known() const { return !variance.node; }

    /// The same numbers as items of another shape.
    template <class Other>
    Moments<B, Other> as() const {
        return {mean.template as<Other>(), variance.template as<Other>()};
    }
};

namespace requirement {
/// What is asked for the moments of its result.
template <bool Ok, class Operation>
struct moment_rule : check {
    static_assert(
        Ok,
        "blue: moment propagation has no rule for the operation in moment_rule<...>: predict with "
        "drawn weights (PredictOptions), or write NormalMoments<Operation>");
};
}  // namespace requirement

namespace detail {

template <class B, class Shape>
inline constexpr bool is_value<Moments<B, Shape>> = true;

}  // namespace detail

namespace ops {

template <class F>
struct MomentMean {
    F f;
    NormalMoments<F> rule{};
    template <class T>
    BLUE_HOST_DEVICE T apply(T mean, T variance) const {
        return rule.mean(f, mean, variance);
    }
};
template <class F>
struct MomentVariance {
    F f;
    NormalMoments<F> rule{};
    template <class T>
    BLUE_HOST_DEVICE T apply(T mean, T variance, T result_mean) const {
        return rule.variance(f, mean, variance, result_mean);
    }
};

/// E[x^2].
struct SecondMoment {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T mean, T variance) {
        return fma(mean, mean, variance);
    }
};

}  // namespace ops

/// A function of a random value, by `NormalMoments`.
template <class F, class B, class Shape>
Moments<B, Shape> elementwise(F f, Moments<B, Shape> x) {
    if (x.is_known()) return {elementwise(f, x.mean)};
    const Var<B, Shape> mean = elementwise(ops::MomentMean<F>{f}, x.mean, x.variance);
    return {mean, elementwise(ops::MomentVariance<F>{f}, x.mean, x.variance, mean)};
}

namespace detail {

/// The sum of two variances, either of which may be missing.
template <class B, class Shape>
Var<B, Shape> add_variances(Var<B, Shape> a, Var<B, Shape> b) {
    if (!a.node) return b;
    if (!b.node) return a;
    return a + b;
}
/// Known values times a factor's variance.
template <class B, class Shape>
Var<B, Shape> scaled_variance(Var<B, Shape> factor, Var<B, Shape> variance) {
    if (!variance.node) return variance;
    return square(factor) * variance;
}

template <class B, class Shape>
Moments<B, Shape> combine(ops::Add, Moments<B, Shape> a, Moments<B, Shape> b) {
    return {a.mean + b.mean, add_variances(a.variance, b.variance)};
}
template <class B, class Shape>
Moments<B, Shape> combine(ops::Subtract, Moments<B, Shape> a, Moments<B, Shape> b) {
    return {a.mean - b.mean, add_variances(a.variance, b.variance)};
}
template <class B, class Shape>
Moments<B, Shape> combine(ops::Multiply, Moments<B, Shape> a, Moments<B, Shape> b) {
    Moments<B, Shape> product{a.mean * b.mean, add_variances(scaled_variance(a.mean, b.variance),
                                                             scaled_variance(b.mean, a.variance))};
    if (!a.is_known() && !b.is_known())
        product.variance = product.variance + a.variance * b.variance;
    return product;
}

template <class F, class B, class Shape>
concept CombinesMoments = requires(F f, Moments<B, Shape> x) {
    combine(f, x, x);
};

/// Numbers as weights, the same for all samples; nullptr when there are none.
template <class B>
Draw<B>* as_weights(Tape<B>& tape, const Node<B>* numbers) {
    return numbers ? fixed_weights(tape, numbers->value, numbers->size(), numbers->size())
                   : nullptr;
}

/// The moments of a map that is linear in its input and in its weights, which are independent of
/// each other. \param map(x, weight, bias) the map of numbers; a bias without node is none.
template <class Map, class B, class XShape, class WShape, class BiasShape>
auto linear_moments(Map map, Moments<B, XShape> x, Moments<B, WShape> weight,
                    Moments<B, BiasShape> b) {
    const auto mean = map(x.mean, weight.mean, b.mean);
    Moments<B, typename decltype(mean)::shape> y{mean};
    const auto add = [&](auto inputs, auto weights) {
        y.variance = add_variances(y.variance, map(inputs, weights, b.variance));
        b.variance.node = nullptr;
    };
    // var(x w) = E[x^2] var(w) + var(x) E[w]^2
    if (!weight.is_known())
        add(x.is_known() ? square(x.mean) : elementwise(ops::SecondMoment{}, x.mean, x.variance),
            weight.variance);
    if (!x.is_known()) add(x.variance, square(weight.mean));
    if (b.variance.node) add(0 * x.mean, weight.mean);
    return y;
}

/// A bias as moments; without node when it is absent.
template <class B, Index Channels, class Bias>
Moments<B, shape<Channels>> bias_moments(Bias bias) {
    if constexpr (std::is_same_v<Bias, absent>)
        return {};
    else
        return bias;
}

}  // namespace detail

/// Sum, difference and product of random values that are independent of each other; an error for
/// other functions of two.
template <class F, class B, class Shape>
Moments<B, Shape> elementwise(F f, Moments<B, Shape> a, Moments<B, Shape> b) {
    constexpr bool has_rule = detail::CombinesMoments<F, B, Shape>;
    static_assert(requirement::moment_rule<has_rule, F>{});
    if constexpr (has_rule)
        return detail::combine(f, a, b);
    else
        return a;
}

/// The moments of x W^T + b for independent weights and inputs: exact.
template <class B, class XShape, class WShape, class Bias = absent>
auto linear(Moments<B, XShape> x, Moments<B, WShape> weight, Bias bias = {}) {
    constexpr Index in = last_extent<WShape>, out = first_extent<WShape>;
    return detail::linear_moments(
        [](auto inputs, auto weights, auto biases) {
            auto& tape = *inputs.tape;
            Node<B>* const y =
                detail::linear(tape, inputs.node, detail::as_weights(tape, weights.node),
                               detail::as_weights(tape, biases.node), in, out);
            return Var<B, replace_last<XShape, out>>{&tape, y};
        },
        x, weight, detail::bias_moments<B, out>(bias));
}

/// The moments of weight x + bias per channel, for independent weights and inputs: exact.
template <channel_axis Axis = channel_axis::last, class B, class XShape, class WShape,
          class Bias = absent>
auto affine(Moments<B, XShape> x, Moments<B, WShape> weight, Bias bias = {}) {
    return detail::linear_moments(
        [](auto inputs, auto weights, auto biases) {
            return biases.node ? affine<Axis>(inputs, weights, biases)
                               : affine<Axis>(inputs, weights);
        },
        x, weight, detail::bias_moments<B, first_extent<WShape>>(bias));
}

/// The moments of a convolution: exact for independent weights and inputs, if no padding repeats
/// inputs of unknown value.
template <class Setup, bool Transposed, class B, class XShape, class WShape, class Bias>
auto convolve(Moments<B, XShape> x, Moments<B, WShape> weight, Bias bias) {
    constexpr bool computes = has_kernel<operation::convolution, B>;
    static_assert(requirement::kernel<computes, operation::convolution, B>{});
    return detail::linear_moments(
        [](auto inputs, auto weights, auto biases) {
            auto& tape = *inputs.tape;
            Node<B>* const y = detail::convolution(
                tape, inputs.node, detail::as_weights(tape, weights.node),
                detail::as_weights(tape, biases.node), Transposed, Setup::geometry);
            return Var<B, detail::convolution_result<Transposed, Setup>>{&tape, y};
        },
        x, weight, detail::bias_moments<B, Setup::out>(bias));
}

namespace detail {

/// What `op` makes of several random values when it only moves their elements.
template <class Op, class B, class... Shapes>
auto moved(Op op, Moments<B, Shapes>... x) {
    const auto mean = op(x.mean...);
    Moments<B, typename decltype(mean)::shape> y{mean};
    if (!(x.is_known() && ...)) y.variance = op((x.is_known() ? 0 * x.mean : x.variance)...);
    return y;
}

}  // namespace detail

template <class B, class Shape, Index M>
auto append_last(Moments<B, Shape> x, Moments<B, shape<M>> tail) {
    return detail::moved([](auto a, auto b) { return append_last(a, b); }, x, tail);
}
template <Index Axis, class B, class Shape, class... Shapes>
auto concatenate(Moments<B, Shape> first, Moments<B, Shapes>... rest) {
    return detail::moved([](auto... parts) { return concatenate<Axis>(parts...); }, first, rest...);
}
template <Index Axis, Index First, Index Count, class B, class Shape>
auto slice(Moments<B, Shape> x) {
    return detail::moved([](auto part) { return slice<Axis, First, Count>(part); }, x);
}
template <Index First, Index Count, class B, class Shape>
auto slice_last(Moments<B, Shape> x) {
    return slice<-1, First, Count>(x);
}
template <int... Axes, class B, class Shape>
auto permute(Moments<B, Shape> x) {
    return detail::moved([](auto part) { return permute<Axes...>(part); }, x);
}

}  // namespace blue
