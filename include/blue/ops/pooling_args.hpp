// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What pooling kernels get.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>

namespace blue::detail {

/// What one output of an axis looks at: positions begin, begin + dilation, ... below end.
struct PoolRange {
    Index begin, end;
};

inline constexpr PoolRange whole_axis{0, 1};
inline constexpr double one_element = 1;

/// One axis of a pooling operation; without anything, one of a single element.
struct PoolAxis {
    Index in = 1, out = 1;
    Index taps = 1;  ///< elements of a window
    Index dilation = 1;
    Index stride = 1;   ///< between windows; 0 when they are not evenly spaced
    Index padding = 0;  ///< the first window begins at -padding
    const PoolRange* ranges = &whole_axis;
    const double* counts = &one_element;  ///< by what the sum of each window is divided
    bool padding_counts = false;          ///< in those numbers, where windows are evenly spaced
    bool squares_counts = false;          ///< the square of those numbers: for variances of means

    /// What the tables hold, for kernels without them and to fill them with.
    BLUE_HOST_DEVICE constexpr PoolRange range(Index o) const {
        if (stride == 0) return {o * in / out, ((o + 1) * in + out - 1) / out};
        const Index first = o * stride - padding, last = first + reach();
        const Index outside = first < 0 ? (-first + dilation - 1) / dilation : 0;
        return {first + outside * dilation, last < in ? last : in};
    }
    BLUE_HOST_DEVICE constexpr double count(Index o) const {
        const double n = static_cast<double>(elements(o));
        return squares_counts ? n * n : n;
    }
    /// The outputs whose windows may have element i, and whether one has.
    BLUE_HOST_DEVICE constexpr PoolRange outputs_near(Index i) const {
        const Index low = stride == 0 ? i * out / in - 1 : (i + padding - reach()) / stride;
        const Index high =
            stride == 0 ? ((i + 1) * out + in - 1) / in + 1 : (i + padding) / stride + 1;
        return {low < 0 ? 0 : low, high < out ? high : out};
    }
    BLUE_HOST_DEVICE constexpr bool has(Index o, Index i) const {
        const PoolRange window = range(o);
        return window.begin <= i && i < window.end && (i - window.begin) % dilation == 0;
    }

private:
    BLUE_HOST_DEVICE constexpr Index reach() const { return dilation * (taps - 1) + 1; }
    BLUE_HOST_DEVICE constexpr Index elements(Index o) const {
        const PoolRange inside = range(o);
        if (!padding_counts) return inside.end - inside.begin;
        const Index first = o * stride - padding, last = first + reach();
        return (last < in + padding ? last : in + padding) - first;
    }
};

enum class PoolKind { max, mean };

/// y = the largest element, or the mean, of windows over the last three axes of x. Fewer axes have
/// extents of 1 in front.
template <class B>
struct PoolArgs {
    Node<B>* x;
    Node<B>* y;
    PoolKind kind;
    /// Where the largest elements are in their planes, for backward; -1 where a window is empty.
    std::int32_t* winners;
    std::array<PoolAxis, 3> axes;

    Index in_plane() const { return axes[0].in * axes[1].in * axes[2].in; }
    Index out_plane() const { return axes[0].out * axes[1].out * axes[2].out; }
};

}  // namespace blue::detail
