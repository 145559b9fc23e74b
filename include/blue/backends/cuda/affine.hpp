// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A factor and an offset per channel on the device.
#pragma once

#include <blue/backends/cuda/samples.hpp>
#include <blue/ops/affine.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::affine, Cuda<T, E>> = true;

namespace cuda {

/// y = weight x + bias.
template <class T>
struct AffineForward {
    Matrices<const T> x, weight, bias;
    Index channels, inner, per_sample;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, at] = divide(i, per_sample);
        const Index c = divide(divide(at, inner).quotient, channels).remainder;
        const T value = weight.of(s)[c] * x.of(s)[at];
        y[i] = bias.data ? value + bias.of(s)[c] : value;
    }
};

/// One thread per number of x, over the samples that share it.
template <class T>
struct AffineBackward {
    Matrices<const T> weight;
    const T* dy;
    Index channels, inner, per_sample;
    Index shared;  ///< samples of y that have one sample of x in common
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, at] = divide(i, per_sample);
        const Index c = divide(divide(at, inner).quotient, channels).remainder;
        T sum = dx.add ? dx.data[i] : T(0);
        for (Index k = s; k < s + shared; ++k) sum += weight.of(k)[c] * dy[k * per_sample + at];
        dx.data[i] = sum;
    }
};

/// What a number of the result gives to the gradient of its channel's factor.
template <class T>
struct AffineProduct {
    Matrices<const T> x;
    const T* dy;
    Index rows, columns;  ///< rows of a sample
    BLUE_HOST_DEVICE T operator()(Index row, Index column) const {
        const auto [s, at] = divide(row, rows);
        return x.of(s)[at * columns + column] * dy[row * columns + column];
    }
};

}  // namespace cuda

template <class T, class E>
void affine_forward(Tape<Cuda<T, E>>&, const detail::AffineArgs<Cuda<T, E>>& args) {
    E::for_each(args.y->size(),
                cuda::AffineForward<T>{cuda::values_of(args.x), cuda::values_of(args.weight),
                                       cuda::values_of(args.bias), args.channels, args.inner,
                                       args.y->per_sample(), args.y->value});
}

template <class T, class E>
void affine_backward_input(Tape<Cuda<T, E>>&, const detail::AffineArgs<Cuda<T, E>>& args,
                           GradientTarget<T> dx) {
    const auto &x = *args.x, &y = *args.y;
    E::for_each(x.size(),
                cuda::AffineBackward<T>{cuda::values_of(args.weight), y.grad, args.channels,
                                        args.inner, y.per_sample(), y.samples / x.samples, dx});
}

template <class T, class E>
void affine_backward_parameters(Tape<Cuda<T, E>>& tape,
                                const detail::AffineArgs<Cuda<T, E>>& args) {
    const auto& y = *args.y;
    const Index columns = args.channels * args.inner, rows = y.per_sample() / columns;
    const cuda::ChannelGradients sums{y.samples, rows, args.channels, args.inner};
    sums.add(tape, args.weight,
             cuda::AffineProduct<T>{cuda::values_of(args.x), y.grad, rows, columns});
    sums.add(tape, args.bias, cuda::ColumnTerm<T>{y.grad, columns});
}

}  // namespace blue
