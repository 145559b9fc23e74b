// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Rectification with a slope that is a value.
#pragma once

#include <blue/ops/operation.hpp>

namespace blue {

namespace requirement {
/// The slopes of `prelu`.
template <bool Ok, class Expected, class Given>
struct slopes : check {
    static_assert(Ok,
                  "blue: prelu needs one slope, or one per channel, the first axis of its input, "
                  "see expected and given shape in slopes<...>: change the number of slopes, or "
                  "the shape of the input");
};
}  // namespace requirement

namespace detail {

/// The sum of dy min(x, 0), of several parts so that compilers turn it into one of vectors.
template <class T>
BLUE_HOST_DEVICE T slope_below_zero(const T* x, const T* dy, Index n) {
    constexpr Index parts = 16;
    T sums[parts] = {}, total = 0;
    Index i = 0;
    for (; i + parts <= n; i += parts)
        for (Index k = 0; k < parts; ++k) sums[k] += dy[i + k] * (x[i + k] > 0 ? T(0) : x[i + k]);
    for (; i < n; ++i) total += dy[i] * (x[i] > 0 ? T(0) : x[i]);
    for (T sum : sums) total += sum;
    return total;
}

/// An item of `slope.size()` channels.
struct SlopedRectifier {
    template <class T>
    BLUE_HOST_DEVICE void forward(Part<const T> x, Part<const T> slope, Part<T> y) const {
        const Index channels = slope.size(), inner = x.size() / channels;
        if (inner == 1)
            for (Index c = 0; c < channels; ++c) y[c] = x[c] * (x[c] > 0 ? T(1) : slope[c]);
        else
            for (Index c = 0; c < channels; ++c) {
                const T factor = slope[c];
                const T* const from = x.data() + c * inner;
                T* const to = y.data() + c * inner;
                for (Index i = 0; i < inner; ++i) to[i] = from[i] * (from[i] > 0 ? T(1) : factor);
            }
    }
    template <class T>
    BLUE_HOST_DEVICE void backward(Part<const T> x, Part<const T> slope, Part<const T>,
                                   Part<const T> dy, PartGradient<T> dx,
                                   PartGradient<T> dslope) const {
        const Index channels = slope.size(), inner = x.size() / channels;
        if (inner == 1)
            for (Index c = 0; c < channels; ++c) {
                dx[c] += dy[c] * (x[c] > 0 ? T(1) : slope[c]);
                dslope[c] += dy[c] * (x[c] > 0 ? T(0) : x[c]);
            }
        else
            for (Index c = 0; c < channels; ++c) {
                const T factor = slope[c];
                const T *const in = x.data() + c * inner, *const out = dy.data() + c * inner;
                T* const to = dx.data() + c * inner;
                for (Index i = 0; i < inner; ++i) to[i] += out[i] * (in[i] > 0 ? T(1) : factor);
                dslope[c] += slope_below_zero(in, out, inner);
            }
    }
};

}  // namespace detail

/// x where it is positive, slope x elsewhere. x: (S or 1, B, ...); slope: (S or 1, 1, C), one per
/// channel, the first axis of an item, or one for all; a drawn variable or a parameter as a rule.
/// Throws ShapeError when samples do not fit.
template <class B, class Shape, detail::TapeValue Slope>
Var<B, Shape> prelu(Var<B, Shape> x, Slope slope) {
    using Given = typename Slope::shape;
    constexpr bool fit = Given::size == 1 || fits<Given, shape<first_extent<Shape>>>;
    static_assert(requirement::slopes<fit, requirement::expected<shape<first_extent<Shape>>>,
                                      requirement::given<Given>>{});
    if constexpr (fit)
        return itemwise(detail::SlopedRectifier{}, x, slope);
    else
        return x;
}

}  // namespace blue
