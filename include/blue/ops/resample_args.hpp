// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels behind padding and upsampling get.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>

namespace blue::detail {

/// Where an output along an axis is from: (1 - weight) x[low] + weight x[high], or the constant
/// when low is negative.
struct ResampleTap {
    Index low, high;
    double weight;
};
inline constexpr ResampleTap same_element{0, 0, 0};

/// One axis; without anything, one of a single element.
struct ResampleAxis {
    Index in = 1, out = 1;
    const ResampleTap* taps = &same_element;
};

/// y = x on another grid of the last three axes. Fewer axes have extents of 1 in front.
template <class B>
struct ResampleArgs {
    Node<B>* x;
    Node<B>* y;
    std::array<ResampleAxis, 3> axes;
    bool interpolates;  ///< whether any weight is not 0; there is no constant then
    double constant;

    Index in_plane() const { return axes[0].in * axes[1].in * axes[2].in; }
    Index out_plane() const { return axes[0].out * axes[1].out * axes[2].out; }
};

}  // namespace blue::detail
