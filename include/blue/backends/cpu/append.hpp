// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers behind the last axis on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/ops/append.hpp>

#include <algorithm>

namespace blue {
namespace cpu {

/// Calls use(row of y, row of x, row of tail) in order.
template <class B, class Use>
void for_each_append(const blue::detail::AppendArgs<B>& args, Use&& use) {
    const Index rows = args.x->per_sample() / args.width;
    for (Index s = 0; s < args.y->samples; ++s)
        for (Index row = 0; row < rows; ++row)
            use(s * rows + row, (args.x->samples == 1 ? 0 : s) * rows + row,
                args.tail->samples == 1 ? 0 : s);
}

}  // namespace cpu

template <class T, class Isa>
void append_forward(Tape<Cpu<T, Isa>>&, const detail::AppendArgs<Cpu<T, Isa>>& args) {
    cpu::for_each_append(args, [&](Index to, Index row, Index tail) {
        T* const y = args.y->value + to * (args.width + args.count);
        std::copy_n(args.x->value + row * args.width, args.width, y);
        std::copy_n(args.tail->value + tail * args.count, args.count, y + args.width);
    });
}

template <class T, class Isa>
void append_backward_rows(Tape<Cpu<T, Isa>>&, const detail::AppendArgs<Cpu<T, Isa>>& args,
                          GradientTarget<T> dx) {
    if (!dx.add) std::fill_n(dx.data, args.x->size(), T(0));
    cpu::for_each_append(args, [&](Index from, Index row, Index) {
        const T* const dy = args.y->grad + from * (args.width + args.count);
        for (Index i = 0; i < args.width; ++i) dx.data[row * args.width + i] += dy[i];
    });
}

template <class T, class Isa>
void append_backward_tail(Tape<Cpu<T, Isa>>& tape, const detail::AppendArgs<Cpu<T, Isa>>& args,
                          GradientTarget<T> dx) {
    double* const sums = tape.template device_memory<double>(args.tail->size());
    std::fill_n(sums, args.tail->size(), 0.0);
    cpu::for_each_append(args, [&](Index from, Index, Index tail) {
        const T* const dy = args.y->grad + from * (args.width + args.count) + args.width;
        for (Index i = 0; i < args.count; ++i)
            sums[tail * args.count + i] += static_cast<double>(dy[i]);
    });
    for (Index i = 0; i < args.tail->size(); ++i)
        dx.data[i] = (dx.add ? dx.data[i] : T(0)) + static_cast<T>(sums[i]);
}

}  // namespace blue
