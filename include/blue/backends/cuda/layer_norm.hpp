// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layer normalisation on the device: one warp per row.
#pragma once

#include <blue/backends/cuda/moments.hpp>
#include <blue/backends/cuda/samples.hpp>
#include <blue/ops/layer_norm.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::layer_norm, Cuda<T, E>> = true;

namespace cuda {

/// The rows of a layer norm, those of one sample after the other.
template <class T>
struct LayerNormRows {
    Matrices<const T> x, other, weight, bias;  ///< nullptr where there is none
    T* means;
    T* scales;
    Index count, per_sample;  ///< numbers of a row, rows of a sample

    template <class B>
    explicit LayerNormRows(const blue::detail::LayerNormArgs<B>& args)
        : x(values_of(args.terms[0])),
          other(values_of(args.terms[1])),
          weight(values_of(args.weight)),
          bias(values_of(args.bias)),
          means(args.means),
          scales(args.scales),
          count(args.count),
          per_sample(args.y->per_sample() / args.count) {}

    /// Number e of a row: the sum of its terms.
    BLUE_HOST_DEVICE T sum(Index row, Index e) const {
        const auto [s, at] = divide(row, per_sample);
        const T term = x.of(s)[at * count + e];
        return other.data ? term + other.of(s)[at * count + e] : term;
    }
    BLUE_HOST_DEVICE T factor(Index row, Index e) const {
        return weight.data ? weight.of(divide(row, per_sample).quotient)[e] : T(1);
    }
    BLUE_HOST_DEVICE T offset(Index row, Index e) const {
        return bias.data ? bias.of(divide(row, per_sample).quotient)[e] : T(0);
    }
    BLUE_HOST_DEVICE T standardised(Index row, Index e) const {
        return StandardScore<T>(means[row], scales[row])(sum(row, e));
    }
};

template <class T>
struct LayerNormForward : Adding<2> {
    using result = Sums<2>;
    LayerNormRows<T> rows;
    T* y;
    double eps;

    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        const T origin = rows.sum(row, 0);
        result sum{};
        for (Index e = lane; e < rows.count; e += warp_lanes)
            add_distance(sum, rows.sum(row, e), origin);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& sum) const {
        const StandardScore<T> of_row(sum, rows.sum(row, 0), rows.count, eps);
        if (lane == 0) {
            rows.means[row] = of_row.mean;
            rows.scales[row] = of_row.scale;
        }
        for (Index e = lane; e < rows.count; e += warp_lanes)
            y[row * rows.count + e] =
                of_row(rows.sum(row, e)) * rows.factor(row, e) + rows.offset(row, e);
    }
};

/// The gradient of the sum of the terms, in up to two places.
template <class T>
struct LayerNormBackward : Adding<2> {
    using result = Sums<2>;
    LayerNormRows<T> rows;
    const T* dy;
    GradientTarget<T> first, second;  ///< may take the place of dy

    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        result sum{};
        for (Index e = lane; e < rows.count; e += warp_lanes)
            add_slope(sum, rows.standardised(row, e),
                      dy[row * rows.count + e] * rows.factor(row, e));
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& sum) const {
        const StandardScoreSlope<T> slope(sum, rows.count, rows.scales[row]);
        for (Index e = lane; e < rows.count; e += warp_lanes) {
            const Index i = row * rows.count + e;
            const T value = slope(rows.standardised(row, e), dy[i] * rows.factor(row, e));
            if (first.data) put(first.data + i, value, first.add);
            if (second.data) put(second.data + i, value, second.add);
        }
    }
};

/// What a number of the result gives to the gradient of its factor.
template <class T>
struct LayerNormProduct {
    LayerNormRows<T> rows;
    const T* dy;
    BLUE_HOST_DEVICE T operator()(Index row, Index e) const {
        return dy[row * rows.count + e] * rows.standardised(row, e);
    }
};

}  // namespace cuda

template <class T, class E>
void layer_norm_forward(Tape<Cuda<T, E>>&, const detail::LayerNormArgs<Cuda<T, E>>& args) {
    E::template reduce<cuda::warp_lanes>(
        args.y->size() / args.count,
        cuda::LayerNormForward<T>{{}, cuda::LayerNormRows<T>(args), args.y->value, args.eps});
}

template <class T, class E>
void layer_norm_backward(Tape<Cuda<T, E>>& tape, const detail::LayerNormArgs<Cuda<T, E>>& args) {
    const cuda::LayerNormRows<T> rows(args);
    const Index samples = args.y->samples, per_sample = args.y->per_sample();
    const T* const dy = args.y->grad;
    // Before the terms: their gradient may take the place of dy.
    const cuda::ChannelGradients sums{samples, rows.per_sample, args.count, 1};
    sums.add(tape, args.weight, cuda::LayerNormProduct<T>{rows, dy});
    sums.add(tape, args.bias, cuda::ColumnTerm<T>{dy, args.count});
    // A term that samples share gets the sum over them, in order.
    std::array<GradientTarget<T>, 2> targets{}, shared{};
    for (std::size_t i = 0; i < targets.size(); ++i) {
        Node<Cuda<T, E>>* const term = args.terms[i];
        if (!term || !term->needs_grad) continue;
        if (term->samples == samples) {
            targets[i] = tape.gradient_in_place(term, args.y);
        } else {
            shared[i] = tape.gradient(term);
            targets[i] = {tape.template device_memory<T>(args.y->size()), false};
        }
    }
    if (targets[0].data || targets[1].data)
        E::template reduce<cuda::warp_lanes>(
            args.y->size() / args.count,
            cuda::LayerNormBackward<T>{{}, rows, dy, targets[0], targets[1]});
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (shared[i].data)
            E::for_each(per_sample,
                        cuda::SumSamples<T>{targets[i].data, samples, per_sample, shared[i]});
}

}  // namespace blue
