// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of convolutions get.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>

namespace blue {

/// What windows find beyond the border of an image.
enum class PaddingMode {
    zeros,
    reflect,    ///< the image mirrored at its border, which is not repeated
    replicate,  ///< the number at the border
    circular,   ///< the opposite side
};

namespace detail {

/// One axis of a convolution: windows of `kernel` numbers, `dilation` apart, begin every `stride`
/// numbers of the padded wide side. Each gives a number of the narrow side.
struct ConvolutionAxis {
    Index wide = 1, narrow = 1, kernel = 1, stride = 1, dilation = 1;
    Index padding = 0;  ///< in front of the wide side
    /// Extent of a window.
    BLUE_HOST_DEVICE constexpr Index reach() const { return dilation * (kernel - 1) + 1; }
    /// Numbers of the padded wide side that windows reach.
    BLUE_HOST_DEVICE constexpr Index used() const { return (narrow - 1) * stride + reach(); }
    /// The number of the wide side that is at position i of the padded one; -1 for a zero, and
    /// where no window reaches.
    BLUE_HOST_DEVICE constexpr Index source(Index i, PaddingMode mode) const {
        const Index at = i - padding;
        if (i >= used()) return -1;
        if (at >= 0 && at < wide) return at;
        switch (mode) {
            case PaddingMode::reflect:
                return at < 0 ? -at : 2 * (wide - 1) - at;
            case PaddingMode::replicate:
                return at < 0 ? 0 : wide - 1;
            case PaddingMode::circular:
                return at < 0 ? at + wide : at - wide;
            case PaddingMode::zeros:
                break;
        }
        return -1;
    }
};

/// A convolution takes the wide side to the narrow one, a transposed convolution the narrow to the
/// wide one. The weight is (narrow channels, wide channels / groups, kernel...) in both cases.
struct ConvolutionGeometry {
    Index wide_channels, narrow_channels, groups;
    PaddingMode mode;
    std::array<ConvolutionAxis, 3>
        axes;  ///< depth, height, width; extents of 1 where there is none

    constexpr Index kernel_size() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
    /// Numbers of a channel of an item.
    constexpr Index wide_size() const { return axes[0].wide * axes[1].wide * axes[2].wide; }
    constexpr Index narrow_size() const { return axes[0].narrow * axes[1].narrow * axes[2].narrow; }
};

/// The weights go with the samples of x and y as in `LinearArgs`.
template <class B>
struct ConvolutionArgs {
    Node<B>* x;
    Node<B>* y;
    Draw<B>* weight;
    Draw<B>* bias;  ///< nullptr without bias
    bool owns_weight, owns_bias;
    bool transposed;
    ConvolutionGeometry geometry;
};

}  // namespace detail

}  // namespace blue
