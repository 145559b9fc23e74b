// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise operations on the device: any formula, with generated derivatives.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/elementwise_args.hpp>

#include <utility>

namespace blue {
namespace cuda {

/// An input as kernels see it: the distances between samples, rows and elements, 0 where it is
/// shared.
template <class T>
struct ElementwiseInput {
    const T* data;
    Index sample_stride, row_stride, step;
};

/// The part of the arguments that kernels read.
template <class F, class T, int N>
struct ElementwiseView {
    F formula;
    ElementwiseInput<T> x[N];
    Index rows, row_size;

    template <class B>
    explicit ElementwiseView(const ElementwiseArgs<B, F, N>& args)
        : formula(args.formula), rows(args.rows), row_size(args.row_size) {
        for (std::size_t k = 0; k < N; ++k) {
            const Node<B>& input = *args.x[k];
            x[k] = {input.value, input.samples == 1 ? 0 : input.per_sample(),
                    input.batch == 1 ? 0 : args.row_size, args.step[k]};
        }
    }

    BLUE_HOST_DEVICE math::Number<T> load(int k, Index s, Index b, Index e) const {
        const ElementwiseInput<T>& in = x[k];
        return in.data[s * in.sample_stride + b * in.row_stride + e * in.step];
    }
    template <int... K>
    BLUE_HOST_DEVICE T value(Index s, Index b, Index e, std::integer_sequence<int, K...>) const {
        return formula.apply(math::Dual<math::Number<T>, 0>(load(K, s, b, e))...).value.r[0];
    }
    /// The derivative with respect to input `Active`.
    template <int Active, int... K>
    BLUE_HOST_DEVICE math::Number<T> slope(Index s, Index b, Index e,
                                           std::integer_sequence<int, K...>) const {
        return formula.apply(argument<K == Active>(load(K, s, b, e))...).derivative(0);
    }
    template <bool Active>
    BLUE_HOST_DEVICE static math::Dual<math::Number<T>, 1> argument(math::Number<T> value) {
        if constexpr (Active)
            return math::Dual<math::Number<T>, 1>::variable(value, 0);
        else
            return math::Dual<math::Number<T>, 1>(value);
    }
};

template <class F, class T, int N>
struct ElementwiseForward {
    ElementwiseView<F, T, N> view;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, e] = divide(i, view.row_size);
        const auto [s, b] = divide(row, view.rows);
        y[i] = view.value(s, b, e, std::make_integer_sequence<int, N>{});
    }
};

/// Which elements of the result one element of input K takes part in: those of all samples when
/// they share the input, of all rows when they do. Added in order.
template <int K, class F, class T, int N>
struct ElementwiseSlope {
    ElementwiseView<F, T, N> view;
    const T* dy;
    bool shared_samples, shared_rows;
    Index samples;

    /// Rows of the result per element of the input, and rows of the input.
    BLUE_HOST_DEVICE Index uses() const {
        return (shared_samples ? samples : 1) * (shared_rows ? view.rows : 1);
    }
    BLUE_HOST_DEVICE Index targets() const {
        return (shared_samples ? 1 : samples) * (shared_rows ? 1 : view.rows);
    }
    /// dy times the derivative at element e of a target's use.
    BLUE_HOST_DEVICE math::Number<T> product(Index target, Index use, Index e) const {
        const Index target_rows = shared_rows ? 1 : view.rows,
                    use_rows = shared_rows ? view.rows : 1;
        const auto [s0, b0] = divide(target, target_rows);
        const auto [s1, b1] = divide(use, use_rows);
        const Index s = s0 + s1, b = b0 + b1;
        return dy[(s * view.rows + b) * view.row_size + e] *
               view.template slope<K>(s, b, e, std::make_integer_sequence<int, N>{});
    }
};

/// The gradient of an input with as many elements as a row of the result: one thread for each.
template <int K, class F, class T, int N>
struct ElementwiseBackward {
    ElementwiseSlope<K, F, T, N> slope;
    GradientTarget<T> dx;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [target, e] = divide(i, slope.view.row_size);
        math::Number<T> sum = dx.add ? dx.data[i] : T(0);
        for (Index use = 0; use < slope.uses(); ++use) sum += slope.product(target, use, e);
        dx.data[i] = sum.r[0];
    }
};

/// The gradient of a single number that is combined with all elements: parts of a long sum.
template <int K, class F, class T, int N>
struct ElementwiseScalarBackward : Adding<1> {
    ElementwiseSlope<K, F, T, N> slope;
    Index blocks;
    double* parts;  ///< targets x blocks

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const auto [target, block] = divide(group, blocks);
        const Index terms = slope.uses() * slope.view.row_size;
        result sum{};
        for (Index i = block * block_size + lane; i < (block + 1) * block_size; i += block_lanes) {
            if (i >= terms) break;
            const auto [use, e] = divide(i, slope.view.row_size);
            sum.total[0] += static_cast<double>(slope.product(target, use, e).r[0]);
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane == 0) parts[group] = sum.total[0];
    }
};

template <int K, class F, class T, class E, int N>
void elementwise_backward_input(Tape<Cuda<T, E>>& tape,
                                const ElementwiseArgs<Cuda<T, E>, F, N>& args) {
    Node<Cuda<T, E>>* const x = args.x[K];
    if (!x->needs_grad) return;
    const GradientTarget<T> dx = tape.gradient(x);
    const ElementwiseSlope<K, F, T, N> slope{ElementwiseView<F, T, N>(args), args.y->grad,
                                             x->samples == 1, x->batch == 1, args.y->samples};
    const Index n = args.row_size, targets = slope.targets();
    if (args.step[K] != 0 || n == 1)
        return E::for_each(targets * n, ElementwiseBackward<K, F, T, N>{slope, dx});
    const Index blocks = ceil_div(slope.uses() * n, block_size);
    double* const parts = tape.template device_memory<double>(targets * blocks);
    E::template reduce<block_lanes>(
        targets * blocks, ElementwiseScalarBackward<K, F, T, N>{{}, slope, blocks, parts});
    E::template reduce<block_lanes>(targets, SumParts<T>{{}, parts, blocks, dx.data, dx.add});
}

}  // namespace cuda

template <class F, class T, class E, int N>
void elementwise_forward(Tape<Cuda<T, E>>&, const ElementwiseArgs<Cuda<T, E>, F, N>& args) {
    E::for_each(args.y->size(), cuda::ElementwiseForward<F, T, N>{
                                    cuda::ElementwiseView<F, T, N>(args), args.y->value});
}

template <class F, class T, class E, int N>
void elementwise_backward(Tape<Cuda<T, E>>& tape, const ElementwiseArgs<Cuda<T, E>, F, N>& args) {
    [&]<int... K>(std::integer_sequence<int, K...>) {
        (cuda::elementwise_backward_input<K>(tape, args), ...);
    }
    (std::make_integer_sequence<int, N>{});
}

}  // namespace blue
