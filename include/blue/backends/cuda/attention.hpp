// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention on the device: scores of as many examples at once as `gradient_bytes` hold, between
/// matrix products for all of their heads.
#pragma once

#include <blue/backends/cuda/attention_scores.hpp>
#include <blue/backends/cuda/linear.hpp>
#include <blue/ops/attention.hpp>

#include <algorithm>
#include <array>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::attention, Cuda<T, E>> = true;

namespace cuda {

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
