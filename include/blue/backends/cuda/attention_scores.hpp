// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of an attention do with scores, between matrix products.
#pragma once

#include <blue/backends/cuda/softmax.hpp>
#include <blue/ops/attention_args.hpp>

#include <cmath>
#include <limits>

namespace blue::cuda {

/// The scores of some examples, (heads, examples, queries, keys), and what hides them. Examples are
/// counted over all samples.
template <class T>
struct AttentionScores {
    AttentionSizes sizes;
    T* scores;
    T* log_sums;
    const T* mask;
    const T* key_mask;
    Index mask_stride, batch;
    bool causal;
    T scale, hidden;  ///< hidden = minus infinity
    Index first, examples;

    template <class B>
    AttentionScores(const AttentionArgs<B>& args, T* scores)
        : sizes(args.sizes),
          scores(scores),
          log_sums(args.log_sums),
          mask(args.mask),
          key_mask(args.key_mask),
          mask_stride(args.mask_stride),
          batch(args.y->batch),
          causal(args.causal),
          scale(1 / std::sqrt(static_cast<T>(sizes.width))),
          hidden(-std::numeric_limits<T>::infinity()),
          first(0),
          examples(0) {}

    BLUE_HOST_DEVICE Index rows() const { return sizes.heads * examples * sizes.queries; }
    BLUE_HOST_DEVICE T& score(Index row, Index key) const { return scores[row * sizes.keys + key]; }

    struct Row {
        Index head, example, query;
    };
    BLUE_HOST_DEVICE Row place(Index row) const {
        const auto [matrix, query] = divide(row, sizes.queries);
        const auto [head, example] = divide(matrix, examples);
        return {head, first + example, query};
    }
    BLUE_HOST_DEVICE T& log_sum(const Row& at) const {
        return log_sums[(at.example * sizes.heads + at.head) * sizes.queries + at.query];
    }
    /// Where the weights of a row are in a value (S, B, heads or 1, queries, keys).
    BLUE_HOST_DEVICE Index weights(const Row& at, bool averaged) const {
        const Index matrix = averaged ? at.example : at.example * sizes.heads + at.head;
        return (matrix * sizes.queries + at.query) * sizes.keys;
    }
    /// A score with its masks.
    BLUE_HOST_DEVICE T masked(Index row, const Row& at, Index key) const {
        T value = score(row, key) * scale;
        if (key >= sizes.masked_keys) return value;
        const Index b = divide(at.example, batch).remainder;
        if (mask)
            value += mask[(b * sizes.heads + at.head) * mask_stride + at.query * sizes.masked_keys +
                          key];
        if (key_mask) value += key_mask[b * sizes.masked_keys + key];
        return causal && key > at.query ? hidden : value;
    }
};

/// Scores become weights; the logarithms of their sums are kept. One warp per query.
template <class T>
struct AttentionSoftmax {
    using result = Sums<2>;  ///< as of a softmax
    using S = math::Number<T>;
    AttentionScores<T> of;

    BLUE_HOST_DEVICE static result combine(const result& a, const result& b) {
        return SoftmaxForward<T>::combine(a, b);
    }
    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        const auto at = of.place(row);
        T largest = of.hidden;
        for (Index key = lane; key < of.sizes.keys; key += warp_lanes) {
            const T value = of.masked(row, at, key);
            largest = value > largest || value != value ? value : largest;
        }
        if (largest == of.hidden) return {};  // no key is seen
        double sum = 0;
        for (Index key = lane; key < of.sizes.keys; key += warp_lanes)
            sum += static_cast<double>(exp(S(of.masked(row, at, key) - largest)).r[0]);
        return {{static_cast<double>(largest), sum}};
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& total) const {
        const auto at = of.place(row);
        const bool sees_none = total.total[1] == 0;
        const T largest = static_cast<T>(total.total[0]);
        const T factor = sees_none ? T(0) : static_cast<T>(1 / total.total[1]);
        for (Index key = lane; key < of.sizes.keys; key += warp_lanes)
            of.score(row, key) = exp(S(of.masked(row, at, key) - largest)).r[0] * factor;
        if (lane != 0) return;
        const double log_of_sum = sees_none ? 0 : log(math::Number<double>(total.total[1])).r[0];
        of.log_sum(at) = static_cast<T>(total.total[0] + log_of_sum);
    }
};

/// The same weights again, from the logarithms of the sums.
template <class T>
struct AttentionWeights {
    AttentionScores<T> of;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, key] = divide(i, of.sizes.keys);
        const auto at = of.place(row);
        of.scores[i] = exp(math::Number<T>(of.masked(row, at, key) - of.log_sum(at))).r[0];
    }
};

/// Weights for the user: of each head, or their mean.
template <class T>
struct CopyAttentionWeights {
    AttentionScores<T> of;
    bool averaged;
    T* weights;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [row, key] = divide(i, of.sizes.keys);
        const auto at = of.place(row);
        T sum = 0;
        const Index heads = averaged ? of.sizes.heads : 1;
        for (Index h = 0; h < heads; ++h)
            sum += of.score(row + h * of.examples * of.sizes.queries, key);
        weights[of.weights(at, averaged) + key] = sum / static_cast<T>(heads);
    }
};

/// Gradients of weights become those of products of queries and keys. One warp per query.
template <class T>
struct AttentionSlopes : Adding<1> {
    AttentionScores<T> of;
    T* slopes;        ///< as the weights
    bool has_slopes;  ///< whether they hold what the output gives
    bool averaged;
    const T* dweights;  ///< of the weights that the user got; nullptr for none

    BLUE_HOST_DEVICE T slope(Index row, const typename AttentionScores<T>::Row& at,
                             Index key) const {
        T value = has_slopes ? slopes[row * of.sizes.keys + key] : T(0);
        if (dweights) {
            const T part = averaged ? 1 / static_cast<T>(of.sizes.heads) : T(1);
            value += part * dweights[of.weights(at, averaged) + key];
        }
        return value;
    }
    BLUE_HOST_DEVICE Adding<1>::result part(Index row, int lane) const {
        const auto at = of.place(row);
        Adding<1>::result sum{};
        for (Index key = lane; key < of.sizes.keys; key += warp_lanes)
            sum.total[0] += static_cast<double>(of.score(row, key) * slope(row, at, key));
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const Adding<1>::result& sum) const {
        const auto at = of.place(row);
        const T mean = static_cast<T>(sum.total[0]);
        for (Index key = lane; key < of.sizes.keys; key += warp_lanes)
            slopes[row * of.sizes.keys + key] =
                of.score(row, key) * (slope(row, at, key) - mean) * of.scale;
    }
};

}  // namespace blue::cuda
