// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Softmax and its logarithm on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/softmax.hpp>

#include <cmath>

namespace blue {
namespace cpu {

/// Calls body(offset of the row) for all rows, on all threads when there is enough to do.
template <class Body>
void for_each_row(Index rows, Index columns, Body body) {
    const Index rows_per_unit = std::max<Index>(1, block_size / columns);
    const Index units = (rows + rows_per_unit - 1) / rows_per_unit;
    parallel_units(units, rows * columns, [&](Index unit, int) {
        const Index end = std::min(rows, (unit + 1) * rows_per_unit);
        for (Index row = unit * rows_per_unit; row < end; ++row) body(row * columns);
    });
}

}  // namespace cpu

template <class T, class Isa>
BLUE_FLATTEN void softmax_forward(Tape<Cpu<T, Isa>>&, const detail::SoftmaxArgs<Cpu<T, Isa>>& args) {
    using S = math::NativePack<T>;
    const Index n = args.classes;
    const bool normalise = args.kind == detail::SoftmaxKind::normalise;
    cpu::for_each_row(args.x->size() / n, n, [&](Index offset) {
        const T* const x = args.x->value + offset;
        T* const y = args.y->value + offset;
        const T largest = normalise ? T(0) : *std::max_element(x, x + n);
        cpu::Sum<S> total;
        cpu::for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S in = cpu::load<S>(x + e, count);
            const S value = normalise ? in : exp(in - largest);
            cpu::store(value, y + e, count);
            total.add(value, count);
        });
        total.flush();
        const T log_total = static_cast<T>(std::log(total.total));
        const T scale = static_cast<T>(1 / total.total);
        if (args.kind == detail::SoftmaxKind::log_softmax)
            for (Index e = 0; e < n; ++e) y[e] = x[e] - largest - log_total;
        else
            for (Index e = 0; e < n; ++e) y[e] *= scale;
    });
}

template <class T, class Isa>
BLUE_FLATTEN void softmax_backward(Tape<Cpu<T, Isa>>&, const detail::SoftmaxArgs<Cpu<T, Isa>>& args,
                                   GradientTarget<T> dx) {
    using S = math::NativePack<T>;
    const Index n = args.classes;
    const bool log = args.kind == detail::SoftmaxKind::log_softmax;
    cpu::for_each_row(args.x->size() / n, n, [&](Index offset) {
        const T* const x = args.x->value + offset;
        const T* const y = args.y->value + offset;
        const T* const dy = args.y->grad + offset;
        T total = 0, sum_x = 0;
        for (Index e = 0; e < n; ++e) {
            total += log ? dy[e] : dy[e] * y[e];
            sum_x += x[e];
        }
        const bool normalise = args.kind == detail::SoftmaxKind::normalise;
        cpu::for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
            const S value = cpu::load<S>(y + e, count), slope = cpu::load<S>(dy + e, count);
            const S dx_e = log         ? slope - total * exp(value)
                           : normalise ? (slope - total) / sum_x
                                       : value * (slope - total);
            T* const target = dx.data + offset + e;
            cpu::store(dx.add ? cpu::load<S>(target, count) + dx_e : dx_e, target, count);
        });
    });
}

}  // namespace blue
