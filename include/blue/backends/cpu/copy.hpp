// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Copies of parts of values on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/parallel.hpp>
#include <blue/ops/copy_args.hpp>

#include <algorithm>

namespace blue {
namespace cpu {

using blue::detail::CopyArgs;
using blue::detail::CopyAxis;
using blue::detail::CopyPlan;

/// A part of a copy: of one axis only the entries in [begin, end).
struct CopyUnit {
    int axis;
    Index begin, end;
};

/// Calls use(x, y, n, x_step, y_step) for the runs along the innermost axis, in order; x and y are
/// where a run begins.
template <class Use>
void for_each_run(const CopyPlan& plan, const CopyUnit& unit, Use& use, Index x, Index y,
                  int k = 0) {
    if (k >= plan.count) return use(x, y, Index{1}, Index{1}, Index{1});  // a single element
    const CopyAxis& axis = plan.axes[k];
    const Index begin = k == unit.axis ? unit.begin : 0;
    const Index end = k == unit.axis ? unit.end : axis.extent;
    if (k + 1 == plan.count)
        return use(x + begin * axis.x_step, y + begin * axis.y_step, end - begin, axis.x_step,
                   axis.y_step);
    for (Index i = begin; i < end; ++i)
        for_each_run(plan, unit, use, x + i * axis.x_step, y + i * axis.y_step, k + 1);
}

/// The same in units of a fixed size, which share no element of x.
template <class Use>
void for_each_run(const CopyPlan& plan, Use use) {
    int axis = 0;
    while (axis < plan.count && plan.axes[axis].x_step == 0) ++axis;
    const Index elements = plan.elements();
    const Index extent = axis < plan.count ? plan.axes[axis].extent : 1;
    const Index per_unit = std::max<Index>(1, block_size * extent / elements);
    parallel_units((extent + per_unit - 1) / per_unit, elements, [&](Index u, int) {
        const CopyUnit unit{axis, u * per_unit, std::min(extent, (u + 1) * per_unit)};
        for_each_run(plan, unit, use, plan.x_first, plan.y_first);
    });
}

/// Adds dy to sums of the numbers of x. \param S double for long sums.
template <class B, class S>
void add_copies(const CopyArgs<B>& args, S* sums, bool add) {
    const auto* const dy = args.y->grad;
    for_each_run(args.plan, [=](Index x, Index y, Index n, Index x_step, Index y_step) {
        for (Index i = 0; i < n; ++i) {
            S& to = sums[x + i * x_step];
            const S from = static_cast<S>(dy[y + i * y_step]);
            to = add ? to + from : from;
        }
    });
}

}  // namespace cpu

template <class T, class Isa>
void copy_forward(Tape<Cpu<T, Isa>>&, const detail::CopyArgs<Cpu<T, Isa>>& args) {
    const T* const from = args.x->value;
    T* const to = args.y->value;
    cpu::for_each_run(args.plan, [=](Index x, Index y, Index n, Index x_step, Index y_step) {
        if (x_step == 1 && y_step == 1)
            std::copy_n(from + x, n, to + y);
        else
            for (Index i = 0; i < n; ++i) to[y + i * y_step] = from[x + i * x_step];
    });
}

template <class T, class Isa>
void copy_backward(Tape<Cpu<T, Isa>>& tape, const detail::CopyArgs<Cpu<T, Isa>>& args,
                   GradientTarget<T> dx) {
    if (!args.is_shared()) return cpu::add_copies(args, dx.data, dx.add);
    // Sums over samples or rows may be long.
    const Index size = args.x->size();
    double* const sums = tape.template device_memory<double>(size);
    std::fill_n(sums, size, 0.0);
    cpu::add_copies(args, sums, true);
    for (Index i = 0; i < size; ++i)
        dx.data[i] = (dx.add ? dx.data[i] : T(0)) + static_cast<T>(sums[i]);
}

}  // namespace blue
