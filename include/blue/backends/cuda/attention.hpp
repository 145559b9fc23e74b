// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention on the device: scores of as many examples at once as `gradient_bytes` hold, between
/// matrix products for all of their heads.
#pragma once

#include <blue/backends/cuda/linear.hpp>
#include <blue/backends/cuda/softmax.hpp>
#include <blue/ops/attention.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::attention, Cuda<T, E>> = true;

namespace cuda {

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

/// An attention, group by group: some examples at once, of which no two share an input.
template <class T, class E>
class Attention {
    using B = Cuda<T, E>;

public:
    /// \param arrays of scores that are needed at once
    Attention(Tape<B>& tape, const AttentionArgs<B>& args, Index arrays)
        : args_(args), scores_(args, nullptr) {
        const AttentionSizes& z = args.sizes;
        const Index numbers = z.heads * z.queries * z.keys;
        const Index bytes = arrays * numbers * static_cast<Index>(sizeof(T));
        bool shared = false;
        for (const Columns<B>& x : args.x) shared |= x.node->samples < args.y->samples;
        together_ = shared ? args.y->batch : args.y->samples * args.y->batch;
        most_ = std::clamp<Index>(gradient_bytes / bytes, 1, together_);
        scores_.scores = tape.template scratch<T>(arrays * most_ * numbers);
        slopes_ = scores_.scores + most_ * numbers;
    }

    void forward() {
        const AttentionSizes& z = args_.sizes;
        for_each_group([&] {
            multiply_scores();
            E::template reduce<warp_lanes>(scores_.rows(), AttentionSoftmax<T>{scores_});
            product<false, false>(z.queries, z.value_width, z.keys, scores(scores_.scores),
                                  read_columns(2), output(args_.y->value), false);
            if (!args_.weights) return;
            const Index rows = args_.averaged ? scores_.rows() / z.heads : scores_.rows();
            E::for_each(rows * z.keys,
                        CopyAttentionWeights<T>{scores_, args_.averaged, args_.weights->value});
        });
    }

    /// Adds to the gradients of queries, keys and values where these are not nullptr.
    void backward(const std::array<T*, 3>& gradients) {
        const AttentionSizes& z = args_.sizes;
        const bool y_live = args_.y->grad_live;
        const T* const dweights =
            args_.weights && args_.weights->grad_live ? args_.weights->grad : nullptr;
        for_each_group([&] {
            multiply_scores();
            E::for_each(scores_.rows() * z.keys, AttentionWeights<T>{scores_});
            if (gradients[2] && y_live)
                product<true, false>(z.keys, z.value_width, z.queries, scores(scores_.scores),
                                     read(output(args_.y->grad)), columns(2, gradients[2]), true);
            if (!gradients[0] && !gradients[1]) return;
            if (y_live)
                product<false, true>(z.queries, z.keys, z.value_width, read(output(args_.y->grad)),
                                     read_columns(2), matrices(slopes_), false);
            E::template reduce<warp_lanes>(
                scores_.rows(),
                AttentionSlopes<T>{{}, scores_, slopes_, y_live, args_.averaged, dweights});
            if (gradients[0])
                product<false, false>(z.queries, z.width, z.keys, scores(slopes_), read_columns(1),
                                      columns(0, gradients[0]), true);
            if (gradients[1])
                product<true, false>(z.keys, z.width, z.queries, scores(slopes_), read_columns(0),
                                     columns(1, gradients[1]), true);
        });
    }

private:
    template <class Body>
    void for_each_group(Body body) {
        const Index all = args_.y->samples * args_.y->batch;
        for (scores_.first = 0; scores_.first < all; scores_.first += scores_.examples) {
            const Index to_end = together_ - scores_.first % together_;
            scores_.examples = std::min(most_, to_end);
            body();
        }
    }
    /// For all heads and examples of a group.
    template <bool TransA, bool TransB>
    void product(Index m, Index n, Index k, GroupedMatrices<const T> a, GroupedMatrices<const T> b,
                 GroupedMatrices<T> c, bool add) const {
        grouped_gemm<TransA, TransB, E, T>(m, n, k, a, b, c, args_.sizes.heads, scores_.examples,
                                           add);
    }
    void multiply_scores() const {
        const AttentionSizes& z = args_.sizes;
        product<false, true>(z.queries, z.keys, z.width, read_columns(0), read_columns(1),
                             matrices(scores_.scores), false);
    }

    static GroupedMatrices<const T> read(const GroupedMatrices<T>& m) {
        return {{m.of_samples.data, m.of_samples.stride, m.of_samples.row}, m.group};
    }
    GroupedMatrices<T> matrices(T* data) const {
        const Index numbers = args_.sizes.queries * args_.sizes.keys;
        return {{data, numbers}, scores_.examples * numbers};
    }
    GroupedMatrices<const T> scores(T* data) const { return read(matrices(data)); }
    /// Queries, keys or values, or their gradients.
    GroupedMatrices<T> columns(int which, T* data) const {
        const Columns<B>& x = args_.x[static_cast<std::size_t>(which)];
        const Index rows = which == 0 ? args_.sizes.queries : args_.sizes.keys;
        const Index example = x.node->samples == 1 ? scores_.first % x.node->batch : scores_.first;
        const Index numbers = rows * x.stride;
        return {{data + example * numbers + x.first, numbers, x.stride},
                which == 2 ? args_.sizes.value_width : args_.sizes.width};
    }
    GroupedMatrices<const T> read_columns(int which) const {
        return read(columns(which, args_.x[static_cast<std::size_t>(which)].node->value));
    }
    GroupedMatrices<T> output(T* data) const {
        const AttentionSizes& z = args_.sizes;
        const Index row = z.heads * z.value_width, numbers = z.queries * row;
        return {{data + scores_.first * numbers, numbers, row}, z.value_width};
    }

    const AttentionArgs<B>& args_;
    AttentionScores<T> scores_;
    T* slopes_;
    Index together_;  ///< examples that share no input: those of all samples, or of one
    Index most_;      ///< of a group
};

}  // namespace cuda

template <class T, class E>
void attention_forward(Tape<Cuda<T, E>>& tape, const AttentionArgs<Cuda<T, E>>& args) {
    cuda::Attention<T, E>(tape, args, 1).forward();
}

template <class T, class E>
void attention_backward(Tape<Cuda<T, E>>& tape, const AttentionArgs<Cuda<T, E>>& args) {
    // Those that are columns of one value share its gradient.
    std::array<T*, 3> gradients{};
    for (std::size_t i = 0; i < 3; ++i) {
        Node<Cuda<T, E>>* const x = args.x[i].node;
        if (!x->needs_grad) continue;
        for (std::size_t k = 0; k < i; ++k)
            if (args.x[k].node == x) gradients[i] = gradients[k];
        if (gradients[i]) continue;
        const GradientTarget<T> target = tape.gradient(x);
        if (!target.add) Cuda<T, E>::memory::fill_zero(target.data, x->size());
        gradients[i] = target.data;
    }
    cuda::Attention<T, E>(tape, args, 2).backward(gradients);
}

}  // namespace blue
