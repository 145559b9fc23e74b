// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operations of one's own on the device: one thread per part.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/operation_args.hpp>

namespace blue {
namespace cuda {

template <class F, class T, int N>
BLUE_HOST_DEVICE blue::detail::Unit unit_at(const blue::detail::BoundOperation<F, T, N>& bound,
                                            Index i) {
    const auto [example, row] = divide(i, bound.rows);
    const auto [sample, batch] = divide(example, bound.batch);
    return {sample, batch, row};
}

template <class F, class T, int N>
struct OperationForward {
    blue::detail::BoundOperation<F, T, N> bound;
    BLUE_HOST_DEVICE void operator()(Index i) const { bound.forward(unit_at(bound, i)); }
};

/// The gradient of an argument: where its parts lie if each has one, otherwise one per unit.
template <class T>
struct OperationGradient {
    T* numbers;
    bool own, add;
};

template <class F, class T, int N>
struct OperationBackward {
    blue::detail::BoundOperation<F, T, N> bound;
    const T* dy;
    OperationGradient<T> gradients[N];

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const blue::detail::Unit u = unit_at(bound, i);
        T* dx[N];
        for (int k = 0; k < N; ++k) {
            const Index n = bound.inputs[k].size;
            dx[k] = gradients[k].numbers + (gradients[k].own ? bound.offset(k, u) : i * n);
            if (gradients[k].add) continue;
            for (Index e = 0; e < n; ++e) dx[k][e] = 0;
        }
        bound.backward(u, dy, dx);
    }
};

/// Adds up the gradients of the units that share a part: one group for each of its numbers.
template <class T>
struct OperationSum : Adding<1> {
    const T* parts;
    Index size;  ///< numbers of a part
    Index samples, batch, rows, own_samples, own_batch, own_rows;
    GradientTarget<T> dx;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const auto [target, e] = divide(group, size);
        const auto [example, r0] = divide(target, own_rows);
        const auto [s0, b0] = divide(example, own_batch);
        const Index uses_batch = batch / own_batch, uses_rows = rows / own_rows;
        result sum{};
        for (Index use = lane; use < samples / own_samples * uses_batch * uses_rows;
             use += warp_lanes) {
            const auto [shared, r] = divide(use, uses_rows);
            const auto [s, b] = divide(shared, uses_batch);
            const Index unit = ((s0 + s) * batch + b0 + b) * rows + r0 + r;
            sum.total[0] += static_cast<double>(parts[unit * size + e]);
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane == 0) put(dx.data + group, static_cast<T>(sum.total[0]), dx.add);
    }
};

}  // namespace cuda

template <class T, class E, class F, int N>
void operation_forward(Tape<Cuda<T, E>>&, const OperationArgs<Cuda<T, E>, F, N>& args) {
    E::for_each(args.bound.units(), cuda::OperationForward<F, T, N>{args.bound});
}

template <class T, class E, class F, int N>
void operation_backward(Tape<Cuda<T, E>>& tape, const OperationArgs<Cuda<T, E>, F, N>& args) {
    const auto& bound = args.bound;
    cuda::OperationBackward<F, T, N> body{bound, args.y->grad, {}};
    GradientTarget<T> targets[N]{};
    for (int k = 0; k < N; ++k) {
        Node<Cuda<T, E>>* const x = args.x[static_cast<std::size_t>(k)];
        if (x->needs_grad) targets[k] = tape.gradient(x);
        if (x->needs_grad && !bound.shares(k))
            body.gradients[k] = {targets[k].data, true, targets[k].add};
        else
            body.gradients[k] = {
                tape.template device_memory<T>(bound.units() * bound.inputs[k].size), false, false};
    }
    E::for_each(bound.units(), body);
    for (int k = 0; k < N; ++k) {
        if (!targets[k].data || body.gradients[k].own) continue;
        const Index samples = bound.shares_samples(k) ? 1 : bound.samples;
        const Index batch = bound.shares_batch(k) ? 1 : bound.batch;
        const Index rows = bound.shares_rows(k) ? 1 : bound.rows, n = bound.inputs[k].size;
        E::template reduce<cuda::warp_lanes>(samples * batch * rows * n,
                                             cuda::OperationSum<T>{{},
                                                                   body.gradients[k].numbers,
                                                                   n,
                                                                   bound.samples,
                                                                   bound.batch,
                                                                   bound.rows,
                                                                   samples,
                                                                   batch,
                                                                   rows,
                                                                   targets[k]});
    }
}

}  // namespace blue
