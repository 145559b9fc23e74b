// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Parts of the last axis on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/slice.hpp>

namespace blue {
namespace cuda {

template <class T>
struct Slice {
    const T* x;
    T* y;
    Index first, count, width;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, count);
        y[i] = x[row * width + first + column];
    }
};
/// One thread per element of dx.
template <class T>
struct SliceBackward {
    const T* dy;
    Index first, count, width;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, width);
        const bool inside = first <= column && column < first + count;
        put(dx.data + i, inside ? dy[row * count + column - first] : T(0), dx.add);
    }
};

}  // namespace cuda

template <class T, class E>
void slice_forward(Tape<Cuda<T, E>>&, const detail::SliceArgs<Cuda<T, E>>& args) {
    E::for_each(args.y->size(),
                cuda::Slice<T>{args.x->value, args.y->value, args.first, args.count, args.width});
}

template <class T, class E>
void slice_backward(Tape<Cuda<T, E>>&, const detail::SliceArgs<Cuda<T, E>>& args,
                    GradientTarget<T> dx) {
    E::for_each(args.x->size(),
                cuda::SliceBackward<T>{args.y->grad, args.first, args.count, args.width, dx});
}

}  // namespace blue
