// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The linear map with random weights on the device.
#pragma once

#include <blue/backends/cuda/gemm.hpp>
#include <blue/backends/cuda/materialise.hpp>
#include <blue/ops/linear_args.hpp>

#include <algorithm>

namespace blue {
namespace cuda {

/// Memory of a linear map for the weight gradients of several samples at once, before they become
/// parameter gradients. May be set by the user.
inline Index gradient_bytes = Index{64} << 20;
/// Rows that one thread adds up for the gradient of a bias. Part of the numerics.
inline constexpr Index bias_rows = 32;

/// Each row of y starts as the bias of its sample.
template <class T>
struct SpreadBias {
    const T* bias;
    Index stride, rows, out;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, column] = divide(i, out);
        y[i] = bias[row / rows * stride + column];
    }
};

/// Sums over up to `bias_rows` rows of a column: samples x chunks x out of them.
template <class T>
struct ColumnParts {
    const T* dy;
    Index rows, out, chunks;
    T* parts;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [chunk_of_all, column] = divide(i, out);
        const auto [s, chunk] = divide(chunk_of_all, chunks);
        const Index first = chunk * bias_rows;
        const Index last = first + bias_rows < rows ? first + bias_rows : rows;
        T sum = 0;
        for (Index row = first; row < last; ++row) sum += dy[(s * rows + row) * out + column];
        parts[i] = sum;
    }
};
/// The sums of `count` parts of a column each.
template <class T>
struct ColumnSums {
    const T* parts;
    Index out, count;
    T* sums;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, column] = divide(i, out);
        double sum = 0;
        for (Index k = 0; k < count; ++k)
            sum += static_cast<double>(parts[(s * count + k) * out + column]);
        sums[i] = static_cast<T>(sum);
    }
};

/// The numbers of all samples of a value, or the one that they share.
template <class B>
Matrices<typename B::scalar> samples_of(const Node<B>& node, typename B::scalar* data) {
    return {data, node.samples == 1 ? 0 : node.per_sample()};
}
template <class T>
Matrices<const T> read(Matrices<T> m, Index first = 0) {
    return {m.data + first * m.stride, m.stride};
}
template <class B>
Matrices<const typename B::scalar> weights_of(const Draw<B>& draw) {
    return {draw.weights, draw.samples == 1 ? 0 : draw.weight_stride};
}

/// Gradients of the weights' parameters.
template <class T, class E>
void weight_gradients(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args) {
    const auto& x = *args.x;
    const auto& y = *args.y;
    Draw<Cuda<T, E>>& weight = *args.weight;
    const Index rows = args.rows, in = args.in, out = args.out, n = weight.size;
    const bool live = begin_gradient(tape, weight);
    const Matrices<const T> dy = read(samples_of(y, y.grad)), inputs = read(samples_of(x, x.value));
    if (weight.samples == 1) {
        // One gradient for all samples: a single product when they lie behind each other in both.
        T* const dw = tape.template device_memory<T>(n);
        const bool together = x.samples == y.samples;
        for (Index s = 0; s < (together ? 1 : y.samples); ++s)
            gemm<true, false, E>(out, in, together ? rows * y.samples : rows,
                                 Matrices<const T>{dy.data + s * dy.stride, 0}, inputs,
                                 Matrices<T>{dw, 0}, 1, s > 0);
        weight.kernels->accumulate(weight, {dw, n, 0, 1, args.owns_weight, live, args.owns_weight});
        return;
    }
    const Index group =
        std::clamp<Index>(gradient_bytes / (n * static_cast<Index>(sizeof(T))), 1, weight.samples);
    T* const dw = tape.template device_memory<T>(group * n);
    for (Index first = 0; first < weight.samples; first += group) {
        const Index samples = std::min(group, weight.samples - first);
        gemm<true, false, E>(out, in, rows, read(samples_of(y, y.grad), first),
                             read(samples_of(x, x.value), first), Matrices<T>{dw, n}, samples,
                             false);
        const bool last = first + samples == weight.samples;
        weight.kernels->accumulate(weight, {dw, n, first, samples, args.owns_weight,
                                            live || first > 0, args.owns_weight && last});
    }
}

/// Gradients of the bias's parameters.
template <class T, class E>
void bias_gradients(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args) {
    const auto& y = *args.y;
    Draw<Cuda<T, E>>& bias = *args.bias;
    const bool live = begin_gradient(tape, bias);
    const Index chunks = ceil_div(args.rows, bias_rows), parts = y.samples * chunks * args.out;
    T* const sums_of_chunks = tape.template device_memory<T>(parts);
    E::for_each(parts, ColumnParts<T>{y.grad, args.rows, args.out, chunks, sums_of_chunks});
    // A bias that all samples share: their parts lie behind each other.
    const Index draws = bias.samples;
    T* const sums = tape.template device_memory<T>(draws * args.out);
    E::for_each(draws * args.out, ColumnSums<T>{sums_of_chunks, args.out,
                                                draws == 1 ? y.samples * chunks : chunks, sums});
    bias.kernels->accumulate(bias,
                             {sums, args.out, 0, draws, args.owns_bias, live, args.owns_bias});
}

}  // namespace cuda

template <class T, class E>
void linear_forward(Tape<Cuda<T, E>>& tape, const LinearArgs<Cuda<T, E>>& args) {
    const auto& x = *args.x;
    const auto& y = *args.y;
    const Draw<Cuda<T, E>>* const bias = args.bias;
    if (args.owns_bias) draw_forward(tape, *args.bias);
    if (args.owns_weight) draw_forward(tape, *args.weight);
    if (bias)
        E::for_each(y.size(),
                    cuda::SpreadBias<T>{bias->weights, bias->samples == 1 ? 0 : bias->weight_stride,
                                        args.rows, args.out, y.value});
    // Samples that differ neither in weights nor in layout are rows of one product.
    const bool together = args.weight->samples == 1 && x.samples == y.samples;
    cuda::gemm<false, true, E>(together ? args.rows * y.samples : args.rows, args.out, args.in,
                               cuda::read(cuda::samples_of(x, x.value)),
                               cuda::weights_of(*args.weight), cuda::samples_of(y, y.value),
                               together ? 1 : y.samples, bias != nullptr);
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
    cuda::weight_gradients(tape, args);
    if (args.bias) cuda::bias_gradients(tape, args);
    if (!x.needs_grad) return;
    const auto [dx, add] = tape.gradient(&x);
    const auto dy = cuda::read(cuda::samples_of(y, y.grad));
    const auto weights = cuda::weights_of(*args.weight);
    if (x.samples == y.samples) {
        const bool together = args.weight->samples == 1;
        cuda::gemm<false, false, E>(together ? args.rows * y.samples : args.rows, args.in, args.out,
                                    dy, weights, cuda::samples_of(x, dx), together ? 1 : y.samples,
                                    add);
        return;
    }
    for (Index s = 0; s < y.samples; ++s)  // samples that share the input add to one gradient
        cuda::gemm<false, false, E>(args.rows, args.in, args.out,
                                    cuda::Matrices<const T>{dy.data + s * dy.stride, 0},
                                    cuda::Matrices<const T>{weights.data + s * weights.stride, 0},
                                    cuda::Matrices<T>{dx, 0}, 1, add || s > 0);
}

}  // namespace blue
