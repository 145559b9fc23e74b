// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A factor and an offset per channel on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/backends/cpu/sums.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/affine.hpp>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::affine, Cpu<T, Isa>> = true;

namespace cpu {

/// Where the rows of an `affine` lie. A row is `channels` x `inner` numbers of one sample.
template <class B>
struct AffineRows {
    using T = typename B::scalar;
    const blue::detail::AffineArgs<B>& args;
    Index width = args.channels * args.inner;
    Index per_sample = args.y->per_sample() / width;
    Index rows_per_unit = std::max<Index>(1, block_size / width);
    Index units_per_sample = (per_sample + rows_per_unit - 1) / rows_per_unit;

    const T* x(Index s, Index row) const {
        return args.x->value + ((args.x->samples == 1 ? 0 : s) * per_sample + row) * width;
    }
    const T* weight(Index s) const { return channels_of(*args.weight, s); }
    const T* bias(Index s) const { return args.bias ? channels_of(*args.bias, s) : nullptr; }
    Index offset(Index s, Index row) const { return (s * per_sample + row) * width; }

    /// Calls body(unit, s, row) for all rows.
    template <class Body>
    void for_each(Index samples, Body body) const {
        parallel_units(samples * units_per_sample, samples * per_sample * width,
                       [&](Index unit, int) {
                           const Index s = unit / units_per_sample;
                           const Index from = unit % units_per_sample * rows_per_unit;
                           const Index to = std::min(per_sample, from + rows_per_unit);
                           for (Index row = from; row < to; ++row) body(unit, s, row);
                       });
    }

private:
    const T* channels_of(const Node<B>& node, Index s) const {
        return node.value + (node.samples == 1 ? 0 : s) * args.channels;
    }
};

/// y (+)= weight x + bias of a row; bias may be nullptr.
template <class T>
BLUE_FLATTEN void affine_row(const T* x, const T* weight, const T* bias, T* y, bool add,
                             Index channels, Index inner) {
    using S = math::NativePack<T>;
    if (inner == 1)
        return for_each_pack<S>(0, channels, [&](Index c, auto count) BLUE_INLINE_LAMBDA {
            S value = load<S>(x + c, count) * load<S>(weight + c, count);
            if (bias) value += load<S>(bias + c, count);
            store(add ? value + load<S>(y + c, count) : value, y + c, count);
        });
    for (Index c = 0; c < channels; ++c, x += inner, y += inner)
        for_each_pack<S>(0, inner, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            S value = load<S>(x + e, count) * weight[c];
            if (bias) value += S(bias[c]);
            store(add ? value + load<S>(y + e, count) : value, y + e, count);
        });
}

/// Adds x dy and dy to the sums of each channel; those that are nullptr are not wanted.
template <class T>
BLUE_FLATTEN void affine_row_sums(const T* x, const T* dy, T* weight, T* bias, Index channels,
                                  Index inner) {
    using S = math::NativePack<T>;
    if (inner == 1)
        return for_each_pack<S>(0, channels, [&](Index c, auto count) BLUE_INLINE_LAMBDA {
            const S slope = load<S>(dy + c, count);
            if (weight)
                store(load<S>(weight + c, count) + slope * load<S>(x + c, count), weight + c,
                      count);
            if (bias) store(load<S>(bias + c, count) + slope, bias + c, count);
        });
    for (Index c = 0; c < channels; ++c, x += inner, dy += inner) {
        Sum<S> products, slopes;
        for_each_pack<S>(0, inner, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S slope = load<S>(dy + e, count);
            products.add(slope * load<S>(x + e, count), count);
            slopes.add(slope, count);
        });
        products.flush();
        slopes.flush();
        if (weight) weight[c] += static_cast<T>(products.total);
        if (bias) bias[c] += static_cast<T>(slopes.total);
    }
}

}  // namespace cpu

template <class T, class Isa>
void affine_forward(Tape<Cpu<T, Isa>>&, const detail::AffineArgs<Cpu<T, Isa>>& args) {
    const cpu::AffineRows<Cpu<T, Isa>> rows{args};
    rows.for_each(args.y->samples, [&](Index, Index s, Index row) {
        cpu::affine_row(rows.x(s, row), rows.weight(s), rows.bias(s),
                        args.y->value + rows.offset(s, row), false, args.channels, args.inner);
    });
}

template <class T, class Isa>
void affine_backward_input(Tape<Cpu<T, Isa>>&, const detail::AffineArgs<Cpu<T, Isa>>& args,
                           GradientTarget<T> dx) {
    const cpu::AffineRows<Cpu<T, Isa>> rows{args};
    const Index samples = args.x->samples, shared = args.y->samples / samples;
    rows.for_each(samples, [&](Index, Index s, Index row) {
        for (Index k = 0; k < shared; ++k)
            cpu::affine_row(args.y->grad + rows.offset(s + k, row), rows.weight(s + k),
                            static_cast<const T*>(nullptr), dx.data + rows.offset(s, row),
                            dx.add || k > 0, args.channels, args.inner);
    });
}

template <class T, class Isa>
void affine_backward_parameters(Tape<Cpu<T, Isa>>& tape,
                                const detail::AffineArgs<Cpu<T, Isa>>& args) {
    const cpu::AffineRows<Cpu<T, Isa>> rows{args};
    const Index samples = args.y->samples;
    const cpu::ChannelSums<Cpu<T, Isa>> sums(tape, samples * rows.units_per_sample, args.channels,
                                             args.weight, args.bias);
    rows.for_each(samples, [&](Index unit, Index s, Index row) {
        cpu::affine_row_sums(rows.x(s, row), args.y->grad + rows.offset(s, row), sums.weight(unit),
                             sums.bias(unit), args.channels, args.inner);
    });
    sums.add_up(tape);
}

}  // namespace blue
