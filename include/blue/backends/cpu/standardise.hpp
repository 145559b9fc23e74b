// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers with mean 0 and variance 1 on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/standardise.hpp>

#include <cmath>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::standardise, Cpu<T, Isa>> = true;

namespace cpu {

/// One group of n numbers; returns 1 / sqrt(variance + eps).
template <class T>
BLUE_FLATTEN T standardise_group(const T* x, T* y, Index n, double eps) {
    using S = math::NativePack<T>;
    Sum<S> total, squares;
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        total.add(load<S>(x + e, count), count);
    });
    total.flush();
    const T mean = static_cast<T>(total.total / static_cast<double>(n));
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        const S deviation = load<S>(x + e, count) - mean;
        store(deviation, y + e, count);
        squares.add(deviation * deviation, count);
    });
    squares.flush();
    const T scale = static_cast<T>(1 / std::sqrt(squares.total / static_cast<double>(n) + eps));
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        store(load<S>(y + e, count) * scale, y + e, count);
    });
    return scale;
}

/// dx (+)= scale (dy - mean(dy) - y mean(y dy)).
template <class T>
BLUE_FLATTEN void standardise_group_backward(const T* y, const T* dy, T scale, GradientTarget<T> dx,
                                             Index n) {
    using S = math::NativePack<T>;
    Sum<S> total, along;
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        const S slope = load<S>(dy + e, count);
        total.add(slope, count);
        along.add(slope * load<S>(y + e, count), count);
    });
    total.flush();
    along.flush();
    const T mean = static_cast<T>(total.total / static_cast<double>(n));
    const T mean_along = static_cast<T>(along.total / static_cast<double>(n));
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        const S slope =
            (load<S>(dy + e, count) - mean - load<S>(y + e, count) * mean_along) * scale;
        store(dx.add ? load<S>(dx.data + e, count) + slope : slope, dx.data + e, count);
    });
}

}  // namespace cpu

template <class T, class Isa>
void standardise_forward(Tape<Cpu<T, Isa>>&, const detail::StandardiseArgs<Cpu<T, Isa>>& args) {
    cpu::for_each_row(args.x->size() / args.count, args.count, [&](Index at) {
        args.scales[at / args.count] =
            cpu::standardise_group(args.x->value + at, args.y->value + at, args.count, args.eps);
    });
}

template <class T, class Isa>
void standardise_backward(Tape<Cpu<T, Isa>>&, const detail::StandardiseArgs<Cpu<T, Isa>>& args,
                          GradientTarget<T> dx) {
    cpu::for_each_row(args.x->size() / args.count, args.count, [&](Index at) {
        cpu::standardise_group_backward(args.y->value + at, args.y->grad + at,
                                        args.scales[at / args.count],
                                        GradientTarget<T>{dx.data + at, dx.add}, args.count);
    });
}

}  // namespace blue
