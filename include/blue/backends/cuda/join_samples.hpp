// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Samples of several values on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/join_samples.hpp>

namespace blue {
namespace cuda {

template <class T>
struct JoinSamples {
    const T* x;
    Index x_size;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const { y[i] = x[i % x_size]; }
};

/// One thread per element of x.
template <class T>
struct JoinBackward {
    const T* dy;
    Index x_size, y_size;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        T sum = 0;
        for (Index at = i; at < y_size; at += x_size) sum += dy[at];
        put(dx.data + i, sum, dx.add);
    }
};

}  // namespace cuda

template <class T, class Executor>
void join_forward(Tape<Cuda<T, Executor>>&, const detail::JoinArgs<Cuda<T, Executor>>& args) {
    const Index size = args.x->per_sample();
    Executor::for_each(args.count * size, cuda::JoinSamples<T>{args.x->value, args.x->size(),
                                                               args.y->value + args.first * size});
}

template <class T, class Executor>
void join_backward(Tape<Cuda<T, Executor>>&, const detail::JoinArgs<Cuda<T, Executor>>& args,
                   GradientTarget<T> dx) {
    const Index size = args.x->per_sample();
    Executor::for_each(args.x->size(),
                       cuda::JoinBackward<T>{args.y->grad + args.first * size, args.x->size(),
                                             args.count * size, dx});
}

}  // namespace blue
