// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Optimiser steps and gradient norms on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/math/math.hpp>
#include <blue/optim/optimizer.hpp>

namespace blue {

namespace cpu {
template <class Rule, class T>
BLUE_FLATTEN void optimizer_sweep(const typename Rule::Constants& constants, T* values,
                                  const T* gradients, T* state, Index stride, Index begin,
                                  Index end) {
    using S = math::NativePack<T>;
    for_each_pack<S>(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
        update_element<Rule, S>(
            constants, values + e, gradients + e, state + e, stride,
            [&](const T* from) BLUE_INLINE_LAMBDA { return load<S>(from, n); },
            [&](S value, T* to) BLUE_INLINE_LAMBDA { store(value, to, n); });
    });
}

/// Sum of squares of [begin, end).
template <class T>
BLUE_FLATTEN double sum_of_squares(const T* data, Index begin, Index end) {
    using S = math::NativePack<T>;
    Sum<S> total;
    for_each_pack<S>(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
        const S value = load<S>(data + e, n);
        total.add(value * value, n);
    });
    total.flush();
    return total.total;
}
}  // namespace cpu

template <class Rule, class T, class Isa>
void optimizer_step(const Rule&, const typename Rule::Constants& constants,
                    ParameterBlock<Cpu<T, Isa>> block, T* state) {
    // The same elements of all arrays one after another: a thread finds what it read and wrote for
    // them in its cache.
    const Index arrays = block.arrays, size = block.size / arrays;
    const Index blocks = (size + cpu::block_size - 1) / cpu::block_size;
    cpu::parallel_units(arrays * blocks, block.size, [&](Index unit, int) {
        const Index array = unit % arrays * size, begin = unit / arrays * cpu::block_size;
        cpu::optimizer_sweep<Rule>(constants, block.values, block.gradients, state, block.size,
                                   array + begin, array + std::min(size, begin + cpu::block_size));
    });
}

/// Sum of squares of an array: of the gradients of a variable, say.
template <class T, class Isa>
double sum_of_squares(Tape<Cpu<T, Isa>>& tape, const T* data, Index size) {
    const Index blocks = (size + cpu::block_size - 1) / cpu::block_size;
    double* const parts = tape.template host_memory<double>(blocks);
    cpu::parallel_blocks(size, 1, size, [&](Index, Index begin, Index end) {
        parts[begin / cpu::block_size] = cpu::sum_of_squares(data, begin, end);
    });
    double total = 0;
    for (Index i = 0; i < blocks; ++i) total += parts[i];
    return total;
}

/// The sum of squares of each variable's gradients, 0 for one that has none.
template <class T, class Isa>
void squared_gradient_norms(Tape<Cpu<T, Isa>>& tape, double* sums) {
    for (const Draw<Cpu<T, Isa>>& draw : tape.draws())
        *sums++ =
            draw.gradient_live ? sum_of_squares(tape, draw.gradient, parameter_numbers(draw)) : 0;
}

/// data *= factor.
template <class T, class Isa>
void scale(Tape<Cpu<T, Isa>>&, T* data, Index size, double factor) {
    cpu::parallel_blocks(size, 1, size, [&](Index, Index begin, Index end) {
        for (Index e = begin; e < end; ++e) data[e] *= static_cast<T>(factor);
    });
}

/// to += factor from.
template <class T, class Isa>
void add_scaled(Cpu<T, Isa>, const T* from, Index size, double factor, T* to) {
    cpu::parallel_blocks(size, 1, size, [&](Index, Index begin, Index end) {
        for (Index e = begin; e < end; ++e) to[e] += static_cast<T>(factor) * from[e];
    });
}

/// to += weight (from - to).
template <class T, class Isa>
void move_towards(Cpu<T, Isa>, T* to, const T* from, Index size, double weight) {
    const T w = static_cast<T>(weight);
    cpu::parallel_blocks(size, 1, size, [&](Index, Index begin, Index end) {
        for (Index e = begin; e < end; ++e) to[e] += w * (from[e] - to[e]);
    });
}

}  // namespace blue
