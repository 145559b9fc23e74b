// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Samples of several values on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/ops/join_samples.hpp>

#include <algorithm>

namespace blue {

template <class T, class Isa>
void join_forward(Tape<Cpu<T, Isa>>&, const detail::JoinArgs<Cpu<T, Isa>>& args) {
    const Index size = args.x->per_sample();
    for (Index s = 0; s < args.count; ++s)
        std::copy_n(args.x->value + (args.x->samples == 1 ? 0 : s * size), size,
                    args.y->value + (args.first + s) * size);
}

template <class T, class Isa>
void join_backward(Tape<Cpu<T, Isa>>&, const detail::JoinArgs<Cpu<T, Isa>>& args,
                   GradientTarget<T> dx) {
    const Index size = args.x->per_sample();
    if (!dx.add) std::fill_n(dx.data, args.x->size(), T(0));
    for (Index s = 0; s < args.count; ++s) {
        T* const to = dx.data + (args.x->samples == 1 ? 0 : s * size);
        const T* const dy = args.y->grad + (args.first + s) * size;
        for (Index i = 0; i < size; ++i) to[i] += dy[i];
    }
}

}  // namespace blue
