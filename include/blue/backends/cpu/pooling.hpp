// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pooling on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/backends/cpu/rows.hpp>
#include <blue/ops/pooling.hpp>

#include <algorithm>
#include <limits>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::pooling, Cpu<T, Isa>> = true;

namespace cpu {

using blue::detail::PoolArgs;
using blue::detail::PoolAxis;
using blue::detail::PoolKind;
using blue::detail::PoolRange;

/// Calls use(output, position) for all elements of the windows along an axis, those of each output
/// in order.
template <class Use>
BLUE_HOST_INLINE void for_each_tap(const PoolAxis& axis, Use use) {
    // Outputs inside, so that the loop runs over neighbours; the stride is a constant of the loop.
    const auto even = [&](auto step) BLUE_INLINE_LAMBDA {
        constexpr Index stride = decltype(step)::value;
        for (Index tap = 0; tap < axis.taps; ++tap) {
            const Index shift = tap * axis.dilation - axis.padding;
            const Index begin = shift < 0 ? (-shift + stride - 1) / stride : 0;
            const Index end =
                shift < axis.in ? std::min<Index>(axis.out, (axis.in - shift + stride - 1) / stride)
                                : 0;
            for (Index o = begin; o < end; ++o) use(o, o * stride + shift);
        }
    };
    if (axis.stride == 1) return even(std::integral_constant<Index, 1>{});
    if (axis.stride == 2) return even(std::integral_constant<Index, 2>{});
    for (Index o = 0; o < axis.out; ++o)
        for (Index i = axis.ranges[o].begin; i < axis.ranges[o].end; i += axis.dilation) use(o, i);
}

/// Calls use(row of outputs, row of inputs) for all pairs that the windows along the first two axes
/// connect, those of each row of outputs in order; between(row of outputs) before each.
template <class Begin, class Use, class End>
void for_each_pool_row(const std::array<PoolAxis, 3>& axes, Begin begin, Use use, End end) {
    const PoolAxis &depth = axes[0], &height = axes[1];
    for (Index d = 0; d < depth.out; ++d)
        for (Index h = 0; h < height.out; ++h) {
            const Index row = d * height.out + h;
            begin(row);
            const PoolRange &z = depth.ranges[d], &y = height.ranges[h];
            for (Index i = z.begin; i < z.end; i += depth.dilation)
                for (Index j = y.begin; j < y.end; j += height.dilation)
                    use(row, i * height.in + j);
            end(row, depth.counts[d] * height.counts[h]);
        }
}

/// Whether windows of two elements lie side by side.
inline bool has_pairs(const PoolAxis& axis) {
    return axis.taps == 2 && axis.stride == 2 && axis.dilation == 1 && axis.padding == 0 &&
           2 * axis.out <= axis.in;
}

/// The largest of 2 x 2 elements each, the usual windows, without a branch on numbers. A pack has
/// the maxima from every place on, of which every other one is kept.
/// \param end of the memory that may be read.
template <class T>
BLUE_FLATTEN void max_pool_pairs(const PoolAxis& height, const PoolAxis& width, const T* x,
                                 const T* end, T* y, std::int32_t* winners) {
    using S = RowPack<T>;
    const Index row = width.in;
    for (Index h = 0; h < height.out; ++h)
        for (Index i = 0; i < 2 * width.out; i += S::lanes) {
            const T* const from = x + 2 * h * row + i;
            const Count<S> count{std::min<Index>(S::lanes, end - from - row - 1)};
            S best = load<S>(from, count), winner = S(0);
            const auto compare = [&](const T* data, int at) BLUE_INLINE_LAMBDA {
                const S value = load<S>(data, count);
                const auto wins = (value > best) | !(value == value);
                best = where(wins, value, best);
                winner = where(wins, S(at), winner);
            };
            compare(from + 1, 1);
            compare(from + row, 2);
            compare(from + row + 1, 3);
            T bests[S::lanes], places[S::lanes];
            best.store(bests);
            winner.store(places);
            const Index first = h * width.out + i / 2;
            const Index kept = std::min<Index>(S::lanes / 2, width.out - i / 2);
            for (Index o = 0; o < kept; ++o) y[first + o] = bests[2 * o];
            if (!winners) continue;
            for (Index o = 0; o < kept; ++o) {
                const auto place = static_cast<Index>(places[2 * o]);
                const Index at = 2 * h * row + i + 2 * o + place / 2 * row + place % 2;
                winners[first + o] = static_cast<std::int32_t>(at);
            }
        }
}

/// The largest elements of a plane. \param end of all planes. \param winners nullptr when nobody
/// asks.
template <class T>
void max_pool_plane(const std::array<PoolAxis, 3>& axes, const T* x, const T* end, T* y,
                    std::int32_t* winners) {
    const PoolAxis& width = axes[2];
    if (axes[0].in == 1 && axes[0].out == 1 && has_pairs(axes[1]) && has_pairs(width))
        return max_pool_pairs(axes[1], width, x, end, y, winners);
    const auto fill = [&](Index row) {
        std::fill_n(y + row * width.out, width.out, -std::numeric_limits<T>::infinity());
        if (winners) std::fill_n(winners + row * width.out, width.out, -1);
    };
    const auto compare = [&](Index out, Index in) {
        const T* const from = x + in * width.in;
        T* const best = y + out * width.out;
        if (!winners)
            return for_each_tap(width, [&](Index o, Index i) BLUE_INLINE_LAMBDA {
                const T value = from[i];
                const bool wins = (value > best[o]) | (value != value);
                best[o] = wins ? value : best[o];
            });
        std::int32_t* const winner = winners + out * width.out;
        const auto first = static_cast<std::int32_t>(in * width.in);
        for_each_tap(width, [&](Index o, Index i) BLUE_INLINE_LAMBDA {
            const T value = from[i];
            const bool wins = (value > best[o]) | (value != value) | (winner[o] < 0);
            best[o] = wins ? value : best[o];
            winner[o] = wins ? first + static_cast<std::int32_t>(i) : winner[o];
        });
    };
    for_each_pool_row(axes, fill, compare, [](Index, double) {});
}

template <class T>
void mean_pool_plane(const std::array<PoolAxis, 3>& axes, const T* x, T* y) {
    const PoolAxis& width = axes[2];
    const auto fill = [&](Index row) { std::fill_n(y + row * width.out, width.out, T(0)); };
    const auto add = [&](Index out, Index in) {
        const T* const from = x + in * width.in;
        T* const total = y + out * width.out;
        for_each_tap(width, [&](Index o, Index i) BLUE_INLINE_LAMBDA { total[o] += from[i]; });
    };
    const auto divide = [&](Index row, double count) {
        T* const total = y + row * width.out;
        for (Index o = 0; o < width.out; ++o) total[o] /= static_cast<T>(count * width.counts[o]);
    };
    for_each_pool_row(axes, fill, add, divide);
}

/// Adds to dx. \param share memory for a row of outputs.
template <class T>
void mean_pool_plane_backward(const std::array<PoolAxis, 3>& axes, const T* dy, T* dx, T* share) {
    const PoolAxis &depth = axes[0], &height = axes[1], &width = axes[2];
    const auto divide = [&](Index row) {
        const double count = depth.counts[row / height.out] * height.counts[row % height.out];
        for (Index o = 0; o < width.out; ++o)
            share[o] = dy[row * width.out + o] / static_cast<T>(count * width.counts[o]);
    };
    const auto add = [&](Index, Index in) {
        T* const to = dx + in * width.in;
        for_each_tap(width, [&](Index o, Index i) BLUE_INLINE_LAMBDA { to[i] += share[o]; });
    };
    for_each_pool_row(axes, divide, add, [](Index, double) {});
}

/// Calls body(plane, worker) for all planes, in units of a fixed size.
template <class B, class Body>
void for_each_plane(const PoolArgs<B>& args, Body&& body) {
    const Index planes = args.x->size() / args.in_plane();
    const Index per_unit = std::max<Index>(1, block_size / args.in_plane());
    parallel_units((planes + per_unit - 1) / per_unit, args.x->size(), [&](Index unit, int worker) {
        const Index end = std::min(planes, (unit + 1) * per_unit);
        for (Index p = unit * per_unit; p < end; ++p) body(p, worker);
    });
}

}  // namespace cpu

template <class T, class Isa>
void pool_forward(Tape<Cpu<T, Isa>>&, const detail::PoolArgs<Cpu<T, Isa>>& args) {
    const Index in = args.in_plane(), out = args.out_plane();
    cpu::for_each_plane(args, [&](Index p, int) {
        const T* const x = args.x->value + p * in;
        T* const y = args.y->value + p * out;
        if (args.kind == detail::PoolKind::mean)
            cpu::mean_pool_plane(args.axes, x, y);
        else
            cpu::max_pool_plane(args.axes, x, args.x->value + args.x->size(), y,
                                args.winners ? args.winners + p * out : nullptr);
    });
}

template <class T, class Isa>
void pool_backward(Tape<Cpu<T, Isa>>& tape, const detail::PoolArgs<Cpu<T, Isa>>& args,
                   GradientTarget<T> dx) {
    const Index in = args.in_plane(), out = args.out_plane(), width = args.axes[2].out;
    T* const shares = tape.template device_memory<T>(num_threads() * width);
    cpu::for_each_plane(args, [&](Index p, int worker) {
        T* const to = dx.data + p * in;
        const T* const dy = args.y->grad + p * out;
        if (!dx.add) std::fill_n(to, in, T(0));
        if (args.kind == detail::PoolKind::mean)
            return cpu::mean_pool_plane_backward(args.axes, dy, to, shares + worker * width);
        const std::int32_t* const winners = args.winners + p * out;
        for (Index o = 0; o < out; ++o)
            if (winners[o] >= 0) to[winners[o]] += dy[o];
    });
}

}  // namespace blue
