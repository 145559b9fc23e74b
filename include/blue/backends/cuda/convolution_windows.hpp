// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Windows of images as columns of matrices, and back.
#pragma once

#include <blue/backends/cuda/gemm.hpp>
#include <blue/backends/cuda/parallel.hpp>
#include <blue/ops/convolution_args.hpp>

#include <cstdint>

namespace blue::cuda {

/// Images [first, first + images) of some samples, and their windows: a matrix per sample with one
/// row per channel and tap, and one column per image and window. The numbers of the narrow side are
/// such a matrix, too, with one row per channel.
struct ConvolutionWindows {
    using Axis = blue::detail::ConvolutionAxis;
    Axis depth, height, width;
    PaddingMode mode;
    Index wide_channels, narrow_channels;
    Index first, images;

    explicit ConvolutionWindows(const blue::detail::ConvolutionGeometry& g)
        : depth(g.axes[0]),
          height(g.axes[1]),
          width(g.axes[2]),
          mode(g.mode),
          wide_channels(g.wide_channels),
          narrow_channels(g.narrow_channels),
          first(0),
          images(0) {}

    BLUE_HOST_DEVICE Index taps() const { return depth.kernel * height.kernel * width.kernel; }
    BLUE_HOST_DEVICE Index windows() const { return depth.narrow * height.narrow * width.narrow; }
    BLUE_HOST_DEVICE Index pixels() const { return depth.wide * height.wide * width.wide; }
    /// Columns and rows of the matrix of a sample.
    BLUE_HOST_DEVICE Index columns() const { return images * windows(); }
    BLUE_HOST_DEVICE Index rows() const { return wide_channels * taps(); }
    /// Numbers of the wide and of the narrow side of these images in a sample.
    BLUE_HOST_DEVICE Index wide_numbers() const { return images * wide_channels * pixels(); }
    BLUE_HOST_DEVICE Index narrow_numbers() const { return narrow_channels * columns(); }
};

/// A position along three axes.
struct Position {
    Index d, h, w;
};
BLUE_HOST_DEVICE inline Position position_of(Index i, Index height, Index width) {
    const auto [row, w] = divide(i, width);
    const auto [d, h] = divide(row, height);
    return {d, h, w};
}

/// Copies the windows of the wide side.
template <class T>
struct CopyWindows {
    ConvolutionWindows g;
    Matrices<const T> wide;
    T* matrix;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, g.columns());
        const auto [s, channel_and_tap] = divide(row, g.rows());
        const auto [c, tap] = divide(channel_and_tap, g.taps());
        const auto [image, window] = divide(column, g.windows());
        const Position t = position_of(tap, g.height.kernel, g.width.kernel);
        const Position o = position_of(window, g.height.narrow, g.width.narrow);
        const Index d = source(g.depth, o.d, t.d), h = source(g.height, o.h, t.h),
                    w = source(g.width, o.w, t.w);
        const Index plane = (g.first + image) * g.wide_channels + c;
        const bool inside = d >= 0 && h >= 0 && w >= 0;
        matrix[i] =
            inside ? wide.of(s)[((plane * g.depth.wide + d) * g.height.wide + h) * g.width.wide + w]
                   : T(0);
    }

private:
    BLUE_HOST_DEVICE Index source(const ConvolutionWindows::Axis& axis, Index window,
                                  Index tap) const {
        return axis.source(window * axis.stride + tap * axis.dilation, g.mode);
    }
};

/// Adds up windows in the wide side: one thread per number, over the taps of windows that are at
/// it, in order.
template <class T>
struct AddWindows {
    ConvolutionWindows g;
    const T* matrix;
    Matrices<const T> bias;  ///< per wide channel; nullptr for none
    Matrices<T> wide;
    bool add;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, at] = divide(i, g.wide_numbers());
        const auto [plane, pixel] = divide(at, g.pixels());
        const auto [image, c] = divide(plane, g.wide_channels);
        const Position p = position_of(pixel, g.height.wide, g.width.wide);
        const T* const of_channel = matrix + (s * g.rows() + c * g.taps()) * g.columns();
        const Index first_column = image * g.windows();
        T sum = bias.data ? bias.of(s)[c] : T(0);
        for_each_use(g.depth, p.d, [&](Index od, Index td) {
            for_each_use(g.height, p.h, [&](Index oh, Index th) {
                for_each_use(g.width, p.w, [&](Index ow, Index tw) {
                    const Index tap = (td * g.height.kernel + th) * g.width.kernel + tw;
                    const Index window = (od * g.height.narrow + oh) * g.width.narrow + ow;
                    sum += of_channel[tap * g.columns() + first_column + window];
                });
            });
        });
        put(wide.of(s) + g.first * g.wide_channels * g.pixels() + at, sum, add);
    }

private:
    /// Calls use(window, tap) for all that find an element of an axis, also in the padding: first
    /// in front of the axis, then in its place, then behind the axis. (One call, and inlined, so
    /// that three of these in each other stay in registers. In 32 bits, which are enough for an
    /// axis: 48 registers instead of 90.)
    template <class Use>
    BLUE_INLINE void for_each_use(const ConvolutionWindows::Axis& axis, Index element,
                                  Use use) const {
        using Int = std::uint32_t;
        const auto narrow = [](Index i) { return static_cast<Int>(i); };
        const bool repeats = g.mode != PaddingMode::zeros;
        const Int end = narrow(axis.used()), padding = narrow(axis.padding),
                  place = narrow(element) + padding,
                  behind = repeats ? padding + narrow(axis.wide) : end;
        Int at = repeats && padding > 0 ? 0 : place;
        while (at < end) {
            if (axis.source(at, g.mode) == element)
                for (Int tap = 0; tap < narrow(axis.kernel); ++tap) {
                    const Int before = tap * narrow(axis.dilation);
                    if (before > at) break;
                    const Int window = (at - before) / narrow(axis.stride);
                    if (window * narrow(axis.stride) == at - before && window < narrow(axis.narrow))
                        use(window, tap);
                }
            at = at + 1 == padding ? place : at == place ? behind : at + 1;
        }
    }
};

/// Copies the narrow side into a matrix.
template <class T>
struct CopyNarrow {
    ConvolutionWindows g;
    Matrices<const T> narrow;
    T* matrix;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, g.columns());
        const auto [s, c] = divide(row, g.narrow_channels);
        const auto [image, window] = divide(column, g.windows());
        matrix[i] =
            narrow.of(s)[((g.first + image) * g.narrow_channels + c) * g.windows() + window];
    }
};

/// Copies a matrix into the narrow side, or adds it.
template <class T>
struct PutNarrow {
    ConvolutionWindows g;
    const T* matrix;
    Matrices<const T> bias;  ///< per narrow channel; nullptr for none
    Matrices<T> narrow;
    bool add;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, at] = divide(i, g.narrow_numbers());
        const auto [plane, window] = divide(at, g.windows());
        const auto [image, c] = divide(plane, g.narrow_channels);
        const T value =
            matrix[(s * g.narrow_channels + c) * g.columns() + image * g.windows() + window];
        put(narrow.of(s) + g.first * g.narrow_channels * g.windows() + at,
            bias.data ? value + bias.of(s)[c] : value, add);
    }
};

}  // namespace blue::cuda
