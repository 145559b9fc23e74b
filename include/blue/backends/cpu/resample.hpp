// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Padding and upsampling on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/ops/resample.hpp>

#include <algorithm>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::resample, Cpu<T, Isa>> = true;

namespace cpu {

using blue::detail::ResampleArgs;
using blue::detail::ResampleAxis;
using blue::detail::ResampleTap;

/// Calls use(row of y, row of x or -1, weight) for the rows of a plane, those of y in order.
template <class Use>
void for_each_resampled_row(const std::array<ResampleAxis, 3>& axes, Use use) {
    const ResampleAxis &depth = axes[0], &height = axes[1];
    for (Index d = 0; d < depth.out; ++d)
        for (Index h = 0; h < height.out; ++h) {
            const ResampleTap &z = depth.taps[d], &y = height.taps[h];
            const Index row = d * height.out + h;
            if (z.low < 0 || y.low < 0) {
                use(row, Index{-1}, 1.0);
                continue;
            }
            const auto both = [&](Index from, double weight) {
                if (weight == 0) return;
                use(row, from * height.in + y.low, weight * (1 - y.weight));
                if (y.weight != 0) use(row, from * height.in + y.high, weight * y.weight);
            };
            both(z.low, 1 - z.weight);
            both(z.high, z.weight);
        }
}

template <class T>
void resample_plane(const std::array<ResampleAxis, 3>& axes, bool interpolates, T constant,
                    const T* x, T* y) {
    const ResampleAxis& width = axes[2];
    if (interpolates) std::fill_n(y, axes[0].out * axes[1].out * width.out, T(0));
    for_each_resampled_row(axes, [&](Index out, Index in, double weight) {
        const T* const from = x + in * width.in;
        T* const to = y + out * width.out;
        if (in < 0) {
            std::fill_n(to, width.out, constant);
        } else if (interpolates) {
            for (Index w = 0; w < width.out; ++w) {
                const ResampleTap& tap = width.taps[w];
                to[w] += static_cast<T>(weight * (1 - tap.weight)) * from[tap.low] +
                         static_cast<T>(weight * tap.weight) * from[tap.high];
            }
        } else {
            for (Index w = 0; w < width.out; ++w)
                to[w] = width.taps[w].low < 0 ? constant : from[width.taps[w].low];
        }
    });
}

/// Adds to dx.
template <class T>
void resample_plane_backward(const std::array<ResampleAxis, 3>& axes, bool interpolates,
                             const T* dy, T* dx) {
    const ResampleAxis& width = axes[2];
    for_each_resampled_row(axes, [&](Index out, Index in, double weight) {
        if (in < 0) return;
        const T* const from = dy + out * width.out;
        T* const to = dx + in * width.in;
        for (Index w = 0; w < width.out; ++w) {
            const ResampleTap& tap = width.taps[w];
            if (!interpolates) {
                if (tap.low >= 0) to[tap.low] += from[w];
                continue;
            }
            to[tap.low] += static_cast<T>(weight * (1 - tap.weight)) * from[w];
            to[tap.high] += static_cast<T>(weight * tap.weight) * from[w];
        }
    });
}

/// Calls body(plane) for all planes of x, in units of a fixed size.
template <class B, class Body>
void for_each_resampled_plane(const ResampleArgs<B>& args, Body&& body) {
    const Index larger = std::max(args.in_plane(), args.out_plane());
    const Index planes = args.x->size() / args.in_plane();
    const Index per_unit = std::max<Index>(1, block_size / larger);
    parallel_units((planes + per_unit - 1) / per_unit, planes * larger, [&](Index unit, int) {
        const Index end = std::min(planes, (unit + 1) * per_unit);
        for (Index p = unit * per_unit; p < end; ++p) body(p);
    });
}

}  // namespace cpu

template <class T, class Isa>
void resample_forward(Tape<Cpu<T, Isa>>&, const detail::ResampleArgs<Cpu<T, Isa>>& args) {
    cpu::for_each_resampled_plane(args, [&](Index p) {
        cpu::resample_plane(args.axes, args.interpolates, static_cast<T>(args.constant),
                            args.x->value + p * args.in_plane(),
                            args.y->value + p * args.out_plane());
    });
}

template <class T, class Isa>
void resample_backward(Tape<Cpu<T, Isa>>&, const detail::ResampleArgs<Cpu<T, Isa>>& args,
                       GradientTarget<T> dx) {
    cpu::for_each_resampled_plane(args, [&](Index p) {
        T* const to = dx.data + p * args.in_plane();
        if (!dx.add) std::fill_n(to, args.in_plane(), T(0));
        cpu::resample_plane_backward(args.axes, args.interpolates,
                                     args.y->grad + p * args.out_plane(), to);
    });
}

}  // namespace blue
