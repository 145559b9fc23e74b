// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers with mean 0 and variance 1 on the device: one block of threads per group.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/moments.hpp>
#include <blue/ops/standardise.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::standardise, Cuda<T, E>> = true;

namespace cuda {

template <class T>
struct StandardiseForward : Adding<2> {
    using result = Sums<2>;
    const T* x;
    T* y;
    T* scales;
    Index count;
    double eps;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const T* const in = x + group * count;
        result sum{};
        for (Index e = lane; e < count; e += block_lanes) add_distance(sum, in[e], in[0]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        const T* const in = x + group * count;
        const StandardScore<T> row(sum, in[0], count, eps);
        if (lane == 0) scales[group] = row.scale;
        for (Index e = lane; e < count; e += block_lanes) y[group * count + e] = row(in[e]);
    }
};

template <class T>
struct StandardiseBackward : Adding<2> {
    using result = Sums<2>;  ///< of dy, and of y dy
    const T* y;
    const T* dy;
    const T* scales;
    Index count;
    GradientTarget<T> dx;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        result sum{};
        for (Index e = lane; e < count; e += block_lanes)
            add_slope(sum, y[group * count + e], dy[group * count + e]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        const StandardScoreSlope<T> slope(sum, count, scales[group]);
        for (Index e = lane; e < count; e += block_lanes) {
            const Index i = group * count + e;
            put(dx.data + i, slope(y[i], dy[i]), dx.add);
        }
    }
};

}  // namespace cuda

template <class T, class E>
void standardise_forward(Tape<Cuda<T, E>>&, const detail::StandardiseArgs<Cuda<T, E>>& args) {
    E::template reduce<cuda::block_lanes>(
        args.x->size() / args.count,
        cuda::StandardiseForward<T>{
            {}, args.x->value, args.y->value, args.scales, args.count, args.eps});
}

template <class T, class E>
void standardise_backward(Tape<Cuda<T, E>>&, const detail::StandardiseArgs<Cuda<T, E>>& args,
                          GradientTarget<T> dx) {
    E::template reduce<cuda::block_lanes>(
        args.x->size() / args.count,
        cuda::StandardiseBackward<T>{{}, args.y->value, args.y->grad, args.scales, args.count, dx});
}

}  // namespace blue
