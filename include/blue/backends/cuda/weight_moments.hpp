// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Locations and squared scales as weights, on the device.
#pragma once

#include <blue/backends/cuda/materialise.hpp>
#include <blue/ops/weight_moments.hpp>

namespace blue {
namespace cuda {

template <class T>
struct AddGradient {
    const T* from;
    T* to;
    bool add;
    BLUE_HOST_DEVICE void operator()(Index e) const { to[e] = (add ? to[e] : T(0)) + from[e]; }
};

/// What operations call of weights that nobody draws.
template <class T, class Executor>
void accumulate_fixed(const Draw<Cuda<T, Executor>>& d, const Accumulation<T>& a) {
    Executor::for_each(d.size, AddGradient<T>{a.weight_gradient, d.gradient, a.add});
}

template <class T>
struct Square {
    const T* x;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index e) const { y[e] = x[e] * x[e]; }
};

/// Parameter gradients from those of locations and squared scales; either may be missing.
template <class T>
struct AccumulateMoments {
    const T* location;
    const T* variance;
    const T* scale;
    T* gradient;
    Index stride;
    bool by_log_scale, add;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        T by_location = add ? gradient[e] : T(0), by_scale = add ? gradient[stride + e] : T(0);
        if (location) by_location += location[e];
        if (variance) by_scale += 2 * variance[e] * (by_log_scale ? scale[e] * scale[e] : scale[e]);
        gradient[e] = by_location;
        gradient[stride + e] = by_scale;
    }
};

}  // namespace cuda

template <class T, class Executor>
const DrawKernels<Cuda<T, Executor>>* fixed_weight_kernels(Cuda<T, Executor>) {
    static constexpr DrawKernels<Cuda<T, Executor>> kernels{
        0, 1, false, nullptr, nullptr, nullptr, &cuda::accumulate_fixed<T, Executor>, nullptr};
    return &kernels;
}

template <class T, class Executor>
void moments_forward(Tape<Cuda<T, Executor>>& tape,
                     const detail::MomentsArgs<Cuda<T, Executor>>& args) {
    cuda::prepare_parameters(tape, *args.draw);
    Executor::for_each(args.draw->size,
                       cuda::Square<T>{args.draw->natural, args.variance->weights});
}

template <class T, class Executor>
void moments_backward(Tape<Cuda<T, Executor>>& tape,
                      const detail::MomentsArgs<Cuda<T, Executor>>& args) {
    Draw<Cuda<T, Executor>>& draw = *args.draw;
    const bool live = cuda::begin_gradient(tape, draw);
    const auto gradient = [](const Draw<Cuda<T, Executor>>* of) {
        return of && of->gradient_live ? of->gradient : nullptr;
    };
    Executor::for_each(
        draw.size,
        cuda::AccumulateMoments<T>{gradient(args.location), gradient(args.variance), draw.natural,
                                   draw.gradient, draw.stride, draw.kernels->by_log_scale, live});
    if (args.variance) draw.kernels->accumulate(draw, {nullptr, 0, 0, 0, true, true, true});
}

}  // namespace blue
