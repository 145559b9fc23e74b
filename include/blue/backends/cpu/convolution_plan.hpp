// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How a convolution is cut into blocks for the CPU.
#pragma once

#include <blue/backends/cpu/convolution_tiles.hpp>
#include <blue/backends/cpu/cpu.hpp>
#include <blue/ops/convolution_args.hpp>

namespace blue::cpu {

/// Images lie side by side in the lanes of packs; a large image is cut along one axis into strips
/// of windows, which come one after the other, and those of a small batch fill the lanes.
/// Depends on shapes only: it decides the order of sums.
struct ConvolutionPlan {
    LaneAxes wide, narrow;
    Index wide_numbers, narrow_numbers;  ///< of a block
    ConvolutionPart part;                ///< of one group of channels
    Index wide_group, narrow_group;      ///< numbers of a group of channels of a block
    Index images;                        ///< of the batch
    Index images_per_block, parts, steps;

    Index blocks() const { return (images + images_per_block - 1) / images_per_block; }
    /// Block and step `i % steps` of it.
    LaneBlock block(Index i) const {
        return {i / steps * images_per_block, images, parts, steps, i % steps};
    }
};

namespace detail {

/// Bytes of the three buffers of a block: most of a second-level cache.
inline constexpr Index convolution_bytes = Index{3} << 18;
/// Units that are worth smaller strips.
inline constexpr Index convolution_units = 16;

/// The axis along which strips are cut, and into how many.
struct Strips {
    int axis;
    Index lanes, steps;  ///< strips side by side, and one after the other
    Index windows;       ///< of a strip along the axis
};
template <class T>
Strips make_strips(const blue::detail::ConvolutionGeometry& g, Index batch, Index samples) {
    constexpr Index lanes = lane_count<T>;
    Strips strips{0, 1, 1, 0};
    while (strips.axis < 2 && g.axes[strips.axis].narrow == 1) ++strips.axis;
    const auto& axis = g.axes[strips.axis];
    while (2 * strips.lanes * batch <= lanes && 2 * strips.lanes <= axis.narrow) strips.lanes *= 2;
    const Index per_lane = (axis.narrow + strips.lanes - 1) / strips.lanes;

    Index wide_rest = g.wide_channels, narrow_rest = g.narrow_channels;
    for (int i = 0; i < 3; ++i)
        if (i != strips.axis) {
            wide_rest *= g.axes[i].used();
            narrow_rest *= g.axes[i].narrow;
        }
    const auto fits = [&](Index windows) {
        const Index wide = ((windows - 1) * axis.stride + axis.reach()) * wide_rest;
        return (2 * wide + windows * narrow_rest) * lanes * Index{sizeof(T)} <= convolution_bytes;
    };
    strips.windows = per_lane;
    while (strips.windows > 1 && !fits(strips.windows)) --strips.windows;
    // More units, unless windows of neighbouring strips then overlap by more than they differ.
    const Index blocks = samples * ((batch * strips.lanes + lanes - 1) / lanes);
    const Index wanted = (per_lane * blocks + convolution_units - 1) / convolution_units;
    const Index overlap = (axis.reach() + axis.stride - 1) / axis.stride;
    strips.windows = std::min(strips.windows, std::max(wanted, overlap));
    strips.steps = (per_lane + strips.windows - 1) / strips.windows;
    strips.windows = (per_lane + strips.steps - 1) / strips.steps;
    return strips;
}

}  // namespace detail

template <class T, class B>
ConvolutionPlan make_convolution_plan(Tape<B>& tape, const blue::detail::ConvolutionGeometry& g,
                                      Index batch, Index samples) {
    constexpr Index lanes = lane_count<T>;
    const detail::Strips strips = detail::make_strips<T>(g, batch, samples);
    ConvolutionPlan plan{};
    plan.images = batch;
    plan.images_per_block = lanes / strips.lanes;
    plan.parts = strips.lanes;
    plan.steps = strips.steps;

    const auto indices = [&](Index n) { return tape.template host_memory<std::int32_t>(n); };
    const auto channels = [&](Index n) {
        std::int32_t* const source = indices(n);
        for (Index i = 0; i < n; ++i) source[i] = static_cast<std::int32_t>(i);
        return LaneAxis{n, n, 0, n, source, 0, n};
    };
    plan.wide[0] = channels(g.wide_channels);
    plan.narrow[0] = channels(g.narrow_channels);
    for (int i = 0; i < 3; ++i) {
        const auto& axis = g.axes[i];
        const bool cut = i == strips.axis;
        const Index windows = cut ? strips.windows : axis.narrow;
        const Index count = cut ? strips.lanes * strips.steps : 1;
        LaneAxis& wide = plan.wide[i + 1];
        wide.extent = axis.wide;
        wide.part = (windows - 1) * axis.stride + axis.reach();
        wide.step = count > 1 ? windows * axis.stride : 0;
        wide.positions = (count - 1) * wide.step + wide.part;
        std::int32_t* const source = indices(wide.positions);
        for (Index p = 0; p < wide.positions; ++p)
            source[p] = static_cast<std::int32_t>(axis.source(p, g.mode));
        wide.source = source;
        const Index used = axis.used();
        wide.run_begin = std::min(axis.padding, used);
        wide.run_end = std::min(axis.padding + axis.wide, used);

        LaneAxis& narrow = plan.narrow[i + 1];
        narrow = {axis.narrow, windows,    count > 1 ? windows : 0, count * windows, nullptr,
                  0,           axis.narrow};
        std::int32_t* const own = indices(narrow.positions);
        for (Index p = 0; p < narrow.positions; ++p)
            own[p] = p < axis.narrow ? static_cast<std::int32_t>(p) : -1;
        narrow.source = own;
    }

    const Index depth = plan.wide[1].part, height = plan.wide[2].part, width = plan.wide[3].part;
    const auto at = [&](Index c, Index d, Index h, Index w) {
        return (((c * depth + d) * height + h) * width + w) * lanes;
    };
    const Index wide_channels = g.wide_channels / g.groups;
    ConvolutionPart& part = plan.part;
    part.channels = g.narrow_channels / g.groups;
    part.taps = wide_channels * g.kernel_size();
    part.positions = plan.narrow[1].part * plan.narrow[2].part * plan.narrow[3].part;
    part.plane = part.positions * lanes;
    Index* tap = tape.template host_memory<Index>(part.taps);
    Index* window = tape.template host_memory<Index>(part.positions);
    part.tap = tap;
    part.window = window;
    const auto& [z, y, x] = g.axes;
    for (Index c = 0; c < wide_channels; ++c)
        for (Index i = 0; i < z.kernel; ++i)
            for (Index j = 0; j < y.kernel; ++j)
                for (Index k = 0; k < x.kernel; ++k)
                    *tap++ = at(c, i * z.dilation, j * y.dilation, k * x.dilation);
    for (Index i = 0; i < plan.narrow[1].part; ++i)
        for (Index j = 0; j < plan.narrow[2].part; ++j)
            for (Index k = 0; k < plan.narrow[3].part; ++k)
                *window++ = at(0, i * z.stride, j * y.stride, k * x.stride);
    plan.wide_group = at(wide_channels, 0, 0, 0);
    plan.narrow_group = part.channels * part.plane;
    plan.wide_numbers = plan.wide_group * g.groups;
    plan.narrow_numbers = plan.narrow_group * g.groups;
    plan.wide = joined_axes(plan.wide, indices);
    plan.narrow = joined_axes(plan.narrow, indices);
    return plan;
}

}  // namespace blue::cpu
