// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Parts of the last axis on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/ops/slice.hpp>

#include <algorithm>

namespace blue {

template <class T, class Isa>
void slice_forward(Tape<Cpu<T, Isa>>&, const detail::SliceArgs<Cpu<T, Isa>>& args) {
    for (Index row = 0; row < args.x->size() / args.width; ++row)
        std::copy_n(args.x->value + row * args.width + args.first, args.count,
                    args.y->value + row * args.count);
}

template <class T, class Isa>
void slice_backward(Tape<Cpu<T, Isa>>&, const detail::SliceArgs<Cpu<T, Isa>>& args,
                    GradientTarget<T> dx) {
    if (!dx.add) std::fill_n(dx.data, args.x->size(), T(0));
    for (Index row = 0; row < args.x->size() / args.width; ++row)
        for (Index i = 0; i < args.count; ++i)
            dx.data[row * args.width + args.first + i] += args.y->grad[row * args.count + i];
}

}  // namespace blue
