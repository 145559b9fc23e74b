// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention on the CPU: blocks of scores that stay in the cache.
#pragma once

#include <blue/backends/cpu/linear.hpp>
#include <blue/backends/cpu/rows.hpp>
#include <blue/ops/attention.hpp>

#include <cmath>
#include <limits>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::attention, Cpu<T, Isa>> = true;

namespace cpu {

/// Queries and keys of a block. Fixed, because they decide the order of sums.
inline constexpr Index attention_queries = 64;
inline constexpr Index attention_keys = 128;

/// The attention of one head of one example in one sample.
template <class B>
struct AttentionHead {
    using T = typename B::scalar;
    const AttentionArgs<B>& args;
    Index s, b, h;

    static Index scratch_size(const AttentionSizes& sizes) {
        const Index queries = std::min(sizes.queries, attention_queries);
        const Index keys = std::min(sizes.keys, attention_keys);
        return 2 * queries * keys + 2 * queries + gemm_workspace<T>(keys);
    }

    /// A block of scores, and room to work.
    struct Block {
        T* scores;
        T* slopes;
        T* rows;  ///< two numbers per query
        T* workspace;
        Index first_query, queries;
        Index first_key, keys;
    };
    Block block(Index query, T* scratch) const {
        const AttentionSizes& z = args.sizes;
        const Index queries = std::min(z.queries, attention_queries);
        const Index size = queries * std::min(z.keys, attention_keys);
        return {scratch,
                scratch + size,
                scratch + 2 * size,
                scratch + 2 * size + 2 * queries,
                query,
                std::min(attention_queries, z.queries - query),
                0,
                0};
    }

    /// Calls body(block) for all blocks of keys that a query of the block sees.
    template <class Body>
    void for_each_block(Block block, Body body) const {
        const AttentionSizes& z = args.sizes;
        for (block.first_key = 0; block.first_key < z.keys; block.first_key += attention_keys) {
            block.keys = std::min(attention_keys, z.keys - block.first_key);
            const bool hidden = args.causal &&
                                block.first_key >= block.first_query + block.queries &&
                                block.first_key + block.keys <= z.masked_keys;
            if (!hidden) body(block);
        }
    }

    /// Output and log sums of the queries from `query` on, and their weights if asked for.
    void forward(Index query, T* scratch) const {
        const AttentionSizes& z = args.sizes;
        const Block all = block(query, scratch);
        T *const largest = all.rows, *const sums = all.rows + all.queries;
        T* const y = output(args.y->value, query);
        std::fill_n(largest, all.queries, -std::numeric_limits<T>::infinity());
        std::fill_n(sums, all.queries, T(0));
        bool is_first = true;
        for_each_block(all, [&](const Block& now) {
            compute_scores(now);
            for (Index i = 0; i < now.queries; ++i) {
                T* const row = now.scores + i * now.keys;
                const T most = std::max(largest[i], row_maximum(row, now.keys));
                // No key is seen so far: all weights are 0, whatever is subtracted.
                const T shift = most == -std::numeric_limits<T>::infinity() ? T(0) : most;
                const T correction = std::exp(largest[i] - shift);
                sums[i] = sums[i] * correction + exponentials(row, now.keys, shift);
                if (!is_first) scale_row(y + i * stride(), z.value_width, correction);
                largest[i] = most;
            }
            gemm<false, false>(now.queries, z.value_width, now.keys, now.scores, now.keys,
                               numbers(2, now.first_key), args.x[2].stride, y, stride(), !is_first,
                               now.workspace);
            is_first = false;
        });
        for (Index i = 0; i < all.queries; ++i) {
            const bool sees_none = sums[i] == 0;
            scale_row(y + i * stride(), z.value_width, sees_none ? T(0) : 1 / sums[i]);
            log_sums(query)[i] = sees_none ? T(0) : largest[i] + std::log(sums[i]);
        }
        if (args.weights) store_weights(all);
    }

    /// Adds to the gradients of queries, keys and values where `gradients` are not nullptr.
    void backward(const std::array<T*, 3>& gradients, T* scratch) const {
        for (Index query = 0; query < args.sizes.queries; query += attention_queries)
            backward(query, gradients, scratch);
    }

    /// The first of the rows from `row` on of queries, keys or values, or of their gradients.
    T* rows_of(int which, T* data, Index row) const {
        const Columns<B>& x = args.x[static_cast<std::size_t>(which)];
        const Index rows = which == 0 ? args.sizes.queries : args.sizes.keys;
        const Index sample = x.node->samples == 1 ? 0 : s;
        return data + ((sample * x.node->batch + b) * rows + row) * x.stride + x.first +
               h * columns(which);
    }
    Index columns(int which) const {
        return which == 2 ? args.sizes.value_width : args.sizes.width;
    }

private:
    const T* numbers(int which, Index row) const {
        return rows_of(which, args.x[static_cast<std::size_t>(which)].node->value, row);
    }
    Index stride() const { return args.sizes.heads * args.sizes.value_width; }
    T* output(T* data, Index query) const {
        return data + ((s * args.y->batch + b) * args.sizes.queries + query) * stride() +
               h * args.sizes.value_width;
    }
    T* log_sums(Index query) const {
        return args.log_sums +
               ((s * args.y->batch + b) * args.sizes.heads + h) * args.sizes.queries + query;
    }
    T scale() const { return 1 / std::sqrt(static_cast<T>(args.sizes.width)); }
    /// Of a row of a block, in the weights or their gradient.
    T* weights_of(T* data, const Block& block, Index i) const {
        const AttentionSizes& z = args.sizes;
        const Index matrix =
            args.averaged ? s * args.y->batch + b : (s * args.y->batch + b) * z.heads + h;
        return data + (matrix * z.queries + block.first_query + i) * z.keys + block.first_key;
    }

    void compute_scores(const Block& block) const {
        const AttentionSizes& z = args.sizes;
        gemm<false, true>(block.queries, block.keys, z.width, numbers(0, block.first_query),
                          args.x[0].stride, numbers(1, block.first_key), args.x[1].stride,
                          block.scores, block.keys, false, block.workspace);
        const Index seen = std::min(block.keys, z.masked_keys - block.first_key);  // by the masks
        const T* const mask =
            args.mask ? args.mask + (b * z.heads + h) * args.mask_stride : nullptr;
        for (Index i = 0; i < block.queries; ++i) {
            T* const row = block.scores + i * block.keys;
            const Index query = block.first_query + i;
            scale_row(row, block.keys, scale());
            if (seen <= 0) continue;
            if (mask) add_row(row, mask + query * z.masked_keys + block.first_key, seen, T(1));
            if (args.key_mask)
                add_row(row, args.key_mask + b * z.masked_keys + block.first_key, seen, T(1));
            if (args.causal)
                for (Index j = std::max<Index>(0, query + 1 - block.first_key); j < seen; ++j)
                    row[j] = -std::numeric_limits<T>::infinity();
        }
    }
    void compute_weights(const Block& block) const {
        compute_scores(block);
        for (Index i = 0; i < block.queries; ++i)
            exponentials(block.scores + i * block.keys, block.keys, log_sums(block.first_query)[i]);
    }

    void store_weights(const Block& all) const {
        const AttentionSizes& z = args.sizes;
        const T part = args.averaged ? 1 / static_cast<T>(z.heads) : T(1);
        if (!args.averaged || h == 0)
            std::fill_n(weights_of(args.weights->value, all, 0), all.queries * z.keys, T(0));
        for_each_block(all, [&](const Block& now) {
            compute_weights(now);
            for (Index i = 0; i < now.queries; ++i)
                add_row(weights_of(args.weights->value, now, i), now.scores + i * now.keys,
                        now.keys, part);
        });
    }

    /// Dao et al. 2022, algorithm 4, with gradients of the weights beside those of the output.
    void backward(Index query, const std::array<T*, 3>& gradients, T* scratch) const {
        const AttentionSizes& z = args.sizes;
        const Block all = block(query, scratch);
        T* const means = all.rows;
        const bool y_live = args.y->grad_live;
        const bool weights_live = args.weights && args.weights->grad_live;
        const T part = args.averaged ? 1 / static_cast<T>(z.heads) : T(1);
        const T* const dy = y_live ? output(args.y->grad, query) : nullptr;
        for (Index i = 0; i < all.queries; ++i)
            means[i] = y_live
                           ? row_product(dy + i * stride(),
                                         output(args.y->value, query) + i * stride(), z.value_width)
                           : T(0);
        if (weights_live)
            for_each_block(all, [&](const Block& now) {
                compute_weights(now);
                for (Index i = 0; i < now.queries; ++i)
                    means[i] +=
                        part * row_product(now.scores + i * now.keys,
                                           weights_of(args.weights->grad, now, i), now.keys);
            });
        for_each_block(all, [&](const Block& now) {
            compute_weights(now);
            if (gradients[2] && y_live)
                gemm<true, false>(now.keys, z.value_width, now.queries, now.scores, now.keys, dy,
                                  stride(), rows_of(2, gradients[2], now.first_key),
                                  args.x[2].stride, true, now.workspace);
            if (!gradients[0] && !gradients[1]) return;
            if (y_live)
                gemm<false, true>(now.queries, now.keys, z.value_width, dy, stride(),
                                  numbers(2, now.first_key), args.x[2].stride, now.slopes, now.keys,
                                  false, now.workspace);
            else
                std::fill_n(now.slopes, now.queries * now.keys, T(0));
            for (Index i = 0; i < now.queries; ++i) {
                T* const slopes = now.slopes + i * now.keys;
                if (weights_live)
                    add_row(slopes, weights_of(args.weights->grad, now, i), now.keys, part);
                softmax_slopes(now.scores + i * now.keys, slopes, now.keys, means[i], scale());
            }
            if (gradients[0])
                gemm<false, false>(now.queries, z.width, now.keys, now.slopes, now.keys,
                                   numbers(1, now.first_key), args.x[1].stride,
                                   rows_of(0, gradients[0], query), args.x[0].stride, true,
                                   now.workspace);
            if (gradients[1])
                gemm<true, false>(now.keys, z.width, now.queries, now.slopes, now.keys,
                                  numbers(0, query), args.x[0].stride,
                                  rows_of(1, gradients[1], now.first_key), args.x[1].stride, true,
                                  now.workspace);
        });
    }
};

/// Where the gradients of queries, keys and values go. Those that are columns of one value share
/// its memory and whether it holds numbers already; a unit zeroes all its columns before it adds.
template <class B>
std::array<GradientTarget<typename B::scalar>, 3> attention_targets(Tape<B>& tape,
                                                                    const AttentionArgs<B>& args) {
    std::array<GradientTarget<typename B::scalar>, 3> targets{};
    for (std::size_t i = 0; i < 3; ++i) {
        if (!args.x[i].node->needs_grad) continue;
        for (std::size_t k = 0; k < i; ++k)
            if (args.x[k].node == args.x[i].node) targets[i] = targets[k];
        if (!targets[i].data) targets[i] = tape.gradient(args.x[i].node);
    }
    return targets;
}

}  // namespace cpu

template <class T, class Isa>
void attention_forward(Tape<Cpu<T, Isa>>& tape, const AttentionArgs<Cpu<T, Isa>>& args) {
    using Head = cpu::AttentionHead<Cpu<T, Isa>>;
    const AttentionSizes& z = args.sizes;
    const cpu::Scratch<Cpu<T, Isa>> scratch(tape, Head::scratch_size(z));
    const Index blocks = (z.queries + cpu::attention_queries - 1) / cpu::attention_queries;
    // Heads that are averaged add to the same weights.
    const Index inner = args.weights && args.averaged ? z.heads : 1;
    const Index units = args.y->samples * args.y->batch * z.heads * blocks / inner;
    cpu::parallel_units(units, units * inner * z.queries * z.keys, [&](Index unit, int worker) {
        const Index block = unit % blocks, pair = unit / blocks * inner;
        for (Index head = pair; head < pair + inner; ++head)
            Head{args, head / z.heads / args.y->batch, head / z.heads % args.y->batch,
                 head % z.heads}
                .forward(block * cpu::attention_queries, scratch.of(worker));
    });
}

template <class T, class Isa>
void attention_backward(Tape<Cpu<T, Isa>>& tape, const AttentionArgs<Cpu<T, Isa>>& args) {
    using Head = cpu::AttentionHead<Cpu<T, Isa>>;
    const AttentionSizes& z = args.sizes;
    const Index samples = args.y->samples, batch = args.y->batch;
    const cpu::Scratch<Cpu<T, Isa>> scratch(tape, Head::scratch_size(z));
    const auto targets = cpu::attention_targets(tape, args);
    // Samples that share an input add to the same gradient: one unit has them all.
    bool shared = false;
    for (std::size_t i = 0; i < 3; ++i)
        shared |= targets[i].data && args.x[i].node->samples < samples;
    const Index inner = shared ? samples : 1;
    const Index units = samples / inner * batch * z.heads;
    cpu::parallel_units(units, units * inner * z.queries * z.keys, [&](Index unit, int worker) {
        for (Index k = 0; k < inner; ++k) {
            const Head head{args, shared ? k : unit / z.heads / batch, unit / z.heads % batch,
                            unit % z.heads};
            std::array<T*, 3> gradients{};
            for (int i = 0; i < 3; ++i) {
                const auto [data, add] = targets[static_cast<std::size_t>(i)];
                const Columns<Cpu<T, Isa>>& x = args.x[static_cast<std::size_t>(i)];
                gradients[static_cast<std::size_t>(i)] = data;
                if (!data || add || (x.node->samples == 1 && k > 0)) continue;
                const Index rows = i == 0 ? z.queries : z.keys;
                for (Index row = 0; row < rows; ++row)
                    cpu::clear_row(head.rows_of(i, data, row), head.columns(i));
            }
            head.backward(gradients, scratch.of(worker));
        }
    });
}

}  // namespace blue
