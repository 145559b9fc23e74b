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
