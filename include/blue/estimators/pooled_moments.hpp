// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Means and variances of the largest element and of the mean of windows.
#pragma once

#include <blue/estimators/moments.hpp>
#include <blue/ops/pooling.hpp>
#include <blue/ops/resample.hpp>

namespace blue {

namespace detail {

/// Mean and variance of the larger of two independent normals (Clark 1961, equations 2 to 4),
/// without differences of large numbers.
template <class T>
struct LargerMoments {
    T mean, variance;

    BLUE_HOST_DEVICE LargerMoments(T m1, T v1, T m2, T v2) {
        const T std = sqrt(v1 + v2 + 1e-30);
        const T a = clamp((m1 - m2) / std, T(-40), T(40));
        const T half = 0.5 * erf(a * 0.70710678118654752440);
        const T first = 0.5 + half, second = 0.5 - half;  // probabilities that each is larger
        const T density = 0.39894228040143267794 * exp(-0.5 * square(a));
        // Means of max(z + a, 0) and of max(-z - a, 0) for a standard normal z.
        const T above = max(a * first + density, T(0));
        const T below = max(density - a * second, T(0));
        mean = where(a > T(0), m1 + std * below, m2 + std * above);
        variance = max(v1 * first + v2 * second - (v1 + v2) * above * below, T(0));
    }
};

}  // namespace detail

namespace ops {

struct LargerMean {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T m1, T v1, T m2, T v2) {
        return detail::LargerMoments<T>(m1, v1, m2, v2).mean;
    }
};
struct LargerVariance {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T m1, T v1, T m2, T v2) {
        return detail::LargerMoments<T>(m1, v1, m2, v2).variance;
    }
};

}  // namespace ops

namespace detail {

/// The axes of the windows over a shape.
template <class Windows, class Shape, class B>
std::array<PoolAxis, 3> pool_axes(Tape<B>& tape) {
    std::array<PoolAxis, 3> axes{};
    for (std::size_t i = 0; i < Windows::axes; ++i)
        axes[3 - Windows::axes + i] = Windows::axis(tape, i, Shape::extents[i + 1]);
    return axes;
}

/// The variances of means of windows of independent elements: sums over the squared counts.
template <class B>
Node<B>* pooled_variance(Tape<B>& tape, Node<B>* variance, std::array<PoolAxis, 3> axes,
                         Index size) {
    for (PoolAxis& axis : axes) {
        axis.squares_counts = true;
        axis = with_tables(tape, axis);
    }
    const PoolArgs<B> args{
        variance, tape.node(variance->samples, variance->batch, size, variance->needs_grad),
        PoolKind::mean, nullptr, axes};
    pool_forward(tape, args);
    if (args.y->needs_grad) tape.record(PoolRecord<B>{{}, args});
    return args.y;
}

/// An element of each window; a number in its place where a window has fewer elements.
template <class B>
Node<B>* window_element(Tape<B>& tape, Node<B>* x, const std::array<PoolAxis, 3>& axes,
                        const std::array<Index, 3>& tap, double otherwise) {
    ResampleArgs<B> args{x, nullptr, {}, false, otherwise};
    Index size = x->item;
    for (std::size_t i = 0; i < 3; ++i) {
        const PoolAxis& axis = axes[i];
        auto* const from = tape.template host_memory<ResampleTap>(axis.out);
        for (Index o = 0; o < axis.out; ++o) {
            const Index at = axis.ranges[o].begin + tap[i] * axis.dilation;
            const Index inside = at < axis.ranges[o].end ? at : -1;
            from[o] = {inside, inside, 0};
        }
        args.axes[i] = {axis.in, axis.out, from};
        size = size / axis.in * axis.out;
    }
    args.y = tape.node(x->samples, x->batch, size, x->needs_grad);
    resample_forward(tape, args);
    if (args.y->needs_grad) tape.record(ResampleRecord<B>{{}, args});
    return args.y;
}

}  // namespace detail

/// The moments of the mean of each window: exact for independent elements, also where windows
/// overlap. Those of the largest element: of two elements exact for independent normals, of more
/// pair by pair, taking the larger one of the former as normal, too (Clark 1961). Outputs of a
/// convolution depend on each other through its weights, so behind one the variances are too small.
template <class Windows, class B, class Shape>
auto pool(Moments<B, Shape> x) {
    using Result = typename detail::mapped_shape<Windows, Shape>::type;
    if (x.is_known() || std::is_same_v<Result, any_shape>)
        return Moments<B, Result>{pool<Windows>(x.mean)};
    if constexpr (std::is_same_v<Result, any_shape>) {  // after an error
        return Moments<B, Result>{};
    } else {
        Tape<B>& tape = *x.mean.tape;
        const std::array<detail::PoolAxis, 3> axes = detail::pool_axes<Windows, Shape>(tape);
        if constexpr (Windows::kind == detail::PoolKind::mean) {
            return Moments<B, Result>{
                pool<Windows>(x.mean),
                {&tape, detail::pooled_variance(tape, x.variance.node, axes, Result::size)}};
        } else {
            constexpr double none = -1e30;  // is never larger
            const auto element = [&](const std::array<Index, 3>& tap) {
                return Moments<B, Result>{
                    {&tape, detail::window_element(tape, x.mean.node, axes, tap, none)},
                    {&tape, detail::window_element(tape, x.variance.node, axes, tap, 0)}};
            };
            Moments<B, Result> largest = element({0, 0, 0});
            for (Index i = 0; i < axes[0].taps; ++i)
                for (Index j = 0; j < axes[1].taps; ++j)
                    for (Index k = 0; k < axes[2].taps; ++k) {
                        if (i + j + k == 0) continue;
                        const Moments<B, Result> next = element({i, j, k});
                        largest = {elementwise(ops::LargerMean{}, largest.mean, largest.variance,
                                               next.mean, next.variance),
                                   elementwise(ops::LargerVariance{}, largest.mean,
                                               largest.variance, next.mean, next.variance)};
                    }
            return largest;
        }
    }
}

}  // namespace blue
