// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear map with random weights on the device.
#pragma once

#include <blue/backends/cuda/bfloat16.hpp>
#include <blue/backends/cuda/materialise.hpp>
#include <blue/backends/cuda/samples.hpp>
#include <blue/ops/linear_args.hpp>
#include <blue/ops/rows.hpp>

#include <algorithm>

namespace blue {
namespace cuda {

/// Each row of y starts as the bias of its sample.
template <class T>
struct SpreadBias {
    Matrices<const T> bias;
    Index rows, out;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, out);
        y[i] = bias.of(row / rows)[column];
    }
};

/// y = max(y, 0).
template <class T>
struct CutNegative {
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        y[i] = max(math::Number<T>(y[i]), math::Number<T>(0)).r[0];
    }
};
/// to = dy where y is positive.
template <class T>
struct KeepPositive {
    const T* y;
    const T* dy;
    T* to;
    BLUE_HOST_DEVICE void operator()(Index i) const { to[i] = y[i] > 0 ? dy[i] : T(0); }
};

/// The gradient of x W^T + b: where the result is max(that, 0), the gradient of the result where it
/// is positive. It takes the place of that one, unless somebody wants to read it.
template <class T, class E>
T* gradient_before_relu(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args) {
    const auto& y = *args.y;
    if (!args.relu) return y.grad;
    T* const gradient = y.keeps_grad ? tape.template device_memory<T>(y.size()) : y.grad;
    E::for_each(y.size(), KeepPositive<T>{y.value, y.grad, gradient});
    return gradient;
}

/// The weights of each sample from element `first` on.
template <class B>
Matrices<const typename B::scalar> weights_of(const Draw<B>& draw, Index first = 0) {
    return {draw.weights + first, draw.samples == 1 ? 0 : draw.weight_stride};
}

/// Turns gradients with respect to the elements of a variable into those of its parameters, for as
/// many samples at once as `gradient_bytes` hold.
/// \param count of the elements get a gradient; those of the others are zero
/// \param make make(first, samples, gradients) leaves the gradients of these samples
template <class T, class E, class Make>
void accumulate_groups(Tape<Cuda<T, E>>& tape, Draw<Cuda<T, E>>& draw, bool owner, Index count,
                       Make make) {
    const Index n = draw.size, bytes = n * static_cast<Index>(sizeof(T));
    const bool live = begin_gradient(tape, draw);
    const Index group = std::clamp<Index>(gradient_bytes / bytes, 1, draw.samples);
    T* const gradients = tape.template scratch<T>(group * n);
    if (count < n) E::fill_zero(gradients, static_cast<std::size_t>(group * bytes));
    for (Index first = 0; first < draw.samples; first += group) {
        const Index samples = std::min(group, draw.samples - first);
        make(first, samples, Matrices<T>{gradients, n});
        const bool last = first + samples == draw.samples;
        draw.kernels->accumulate(
            draw, {gradients, n, first, samples, owner, live || first > 0, owner && last});
    }
}

/// Gradients of the weights' parameters from that of x W^T + b.
template <class T, class E>
void weight_gradients(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args,
                      Matrices<const T> dy) {
    const auto& x = *args.x;
    const auto& y = *args.y;
    const Index rows = args.rows, in = args.in, out = args.out;
    const Matrices<const T> inputs = values_of(&x);
    const bool one_draw = args.weight->samples == 1;
    accumulate_groups(
        tape, *args.weight, args.owns_weight, in * out,
        [&](Index first, Index samples, Matrices<T> gradients) {
            gradients.data += args.weight_first;
            if (!one_draw)
                return linear_gemm<true, false>(tape, out, in, rows, read(dy, first),
                                                read(inputs, first), gradients, samples, false);
            // One gradient for all: a single product when they lie behind each other
            // in both.
            const bool together = x.samples == y.samples;
            for (Index s = 0; s < (together ? 1 : y.samples); ++s)
                linear_gemm<true, false>(tape, out, in, together ? rows * y.samples : rows,
                                         read(dy, s), inputs, gradients, 1, s > 0);
        });
}

/// Gradients of the parameters of a bias from element `first` on. `sizes` are those of the gradient
/// of the result, without `sums` and `stride`.
template <class T, class E>
void bias_gradients(Tape<Cuda<T, E>>& tape, const T* dy, ColumnSizes sizes, Draw<Cuda<T, E>>& bias,
                    bool owner, Index first = 0) {
    sizes.sums = bias.samples;
    sizes.stride = bias.size;
    T* const sums = tape.template device_memory<T>(sizes.sums * sizes.stride);
    if (sizes.channels < bias.size)
        E::fill_zero(sums, static_cast<std::size_t>(sizes.sums * sizes.stride) * sizeof(T));
    add_columns(tape, ColumnTerm<T>{dy, sizes.channels * sizes.inner}, sizes,
                GradientTarget<T>{sums + first, false});
    draw_backward(tape, bias, sums, owner);
}

}  // namespace cuda

template <class T, class E>
inline constexpr bool has_kernel<operation::linear_of_rows, Cuda<T, E>> = true;
template <class T, class E>
inline constexpr bool has_kernel<operation::linear_relu, Cuda<T, E>> = true;

template <class T, class E>
void linear_forward(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args) {
    const auto& x = *args.x;
    const auto& y = *args.y;
    const Draw<Cuda<T, E>>* const bias = args.bias;
    if (args.owns_bias) draw_forward(tape, *args.bias);
    if (args.owns_weight) draw_forward(tape, *args.weight);
    if (bias)
        E::for_each(y.size(), cuda::SpreadBias<T>{cuda::weights_of(*bias, args.bias_first),
                                                  args.rows, args.out, y.value});
    // Samples that differ neither in weights nor in layout are rows of one product.
    const bool together = args.weight->samples == 1 && x.samples == y.samples;
    cuda::linear_gemm<false, true>(
        tape, together ? args.rows * y.samples : args.rows, args.out, args.in, cuda::values_of(&x),
        cuda::weights_of(*args.weight, args.weight_first), cuda::samples_of(y, y.value),
        together ? 1 : y.samples, bias != nullptr);
    if (args.relu) E::for_each(y.size(), cuda::CutNegative<T>{y.value});
}

template <class T, class E>
void linear_backward(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args) {
    auto& x = *args.x;
    const auto& y = *args.y;
    if (!y.grad_live) {
        // Nothing used the result, but the variable's log probs may have been used.
        if (args.owns_weight) draw_backward(tape, *args.weight, nullptr, true);
        if (args.owns_bias) draw_backward(tape, *args.bias, nullptr, true);
        return;
    }
    T* const slopes = cuda::gradient_before_relu(tape, args);
    const auto dy = cuda::read(cuda::samples_of(y, slopes));
    cuda::weight_gradients(tape, args, dy);
    if (args.bias)
        cuda::bias_gradients(tape, dy.data, {y.samples, args.rows, args.out, 1, 0, 0}, *args.bias,
                             args.owns_bias, args.bias_first);
    if (!x.needs_grad) return;
    const auto [dx, add] = tape.gradient(&x);
    const auto weights = cuda::weights_of(*args.weight, args.weight_first);
    if (x.samples == y.samples) {
        const bool together = args.weight->samples == 1;
        cuda::linear_gemm<false, false>(tape, together ? args.rows * y.samples : args.rows, args.in,
                                        args.out, dy, weights, cuda::samples_of(x, dx),
                                        together ? 1 : y.samples, add);
        return;
    }
    for (Index s = 0; s < y.samples; ++s)  // samples that share the input add to one gradient
        cuda::linear_gemm<false, false>(tape, args.rows, args.in, args.out, cuda::read(dy, s),
                                        cuda::read(weights, s), cuda::Matrices<T>{dx, 0}, 1,
                                        add || s > 0);
}

}  // namespace blue
