// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention: means of values, weighted by how well their keys fit to queries.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/ops/attention_args.hpp>
#include <blue/ops/attention_mask.hpp>

#include <algorithm>

namespace blue {

/// What an attention returns besides its output. Their memory grows with the product of the
/// lengths, that of an attention without weights with their sum.
struct no_weights {};
struct averaged_weights {};  ///< the mean over the heads, (S, B, L, K)
struct weights_per_head {};  ///< (S, B, heads, L, K)

/// The output of an attention, and the weights of the keys.
template <class Output, class Weights>
struct Attended {
    Output output;
    Weights weights;
};

namespace requirement {

/// The queries, keys or values of an attention.
template <bool Ok, class Argument, class Given>
struct sequence : check {
    static_assert(
        Ok,
        "blue: attention takes a sequence as an item, shape<length, width>, see the argument and "
        "its given shape in sequence<...>: the batch is no axis of an item, it comes before all "
        "axes, also before the length; data with the length first go through sequence_first");
};
struct query {};
struct key {};
struct value {};

/// How many heads there are.
template <bool Ok, Index Heads, Index Width>
struct heads : check {
    static_assert(Ok,
                  "blue: the heads of an attention share out the width, see heads and width in "
                  "heads<...>: take a number of heads that divides it");
};

/// Keys beside queries and values.
template <bool Fit, class Query, class Key, class Value>
struct attention_shapes : check {
    static_assert(
        Fit,
        "blue: in attention, keys must be as wide as queries and as long as values, see the shapes "
        "of query, key and value in attention_shapes<...>: change one of them");
};

}  // namespace requirement

namespace detail {

template <class B>
struct AttentionRecord : Record<B> {
    AttentionArgs<B> args;
    void run(Tape<B>& tape) {
        if (args.y->grad_live || (args.weights && args.weights->grad_live))
            attention_backward(tape, args);
    }
};

/// Throws ShapeError unless samples and batches fit, with a hint at what is behind it most often.
template <class B>
Index attention_samples(const std::array<Columns<B>, 3>& x, const AttentionSizes& sizes) {
    Index samples = 1;
    for (const Columns<B>& each : x) {
        if (each.node->batch != x[0].node->batch)
            throw ShapeError("attention: queries of length ", sizes.queries, " in a batch of ",
                             x[0].node->batch, " do not go with keys or values of length ",
                             sizes.keys, " in a batch of ", each.node->batch,
                             ": are batch and length swapped? Values are batch x length x width");
        if (samples != 1 && each.node->samples != 1 && each.node->samples != samples)
            throw ShapeError("attention: cannot combine ", samples, " samples with ",
                             each.node->samples);
        samples = std::max(samples, each.node->samples);
    }
    return samples;
}

/// Throws ShapeError unless a mask has one of the sizes.
inline void check_mask(const char* name, const AttentionMask& mask, Index size, Index larger,
                       Index batch, const AttentionSizes& sizes) {
    if (mask.empty() || mask.size() == size || mask.size() == larger) return;
    throw ShapeError("attention: ", name, " has ", mask.size(), " numbers, expected ", size,
                     size == larger ? "" : joined({" or ", larger}), " for queries of length ",
                     sizes.queries, " and keys of length ", sizes.masked_keys, " in a batch of ",
                     batch);
}

/// Which weights an attention returns.
enum class WeightsKind { none, averaged, per_head };
template <class Weights>
inline constexpr WeightsKind weights_kind =
    std::is_same_v<Weights, no_weights>         ? WeightsKind::none
    : std::is_same_v<Weights, averaged_weights> ? WeightsKind::averaged
                                                : WeightsKind::per_head;

/// Runs an attention; the nodes of output and weights are in what it returns.
template <class B>
AttentionArgs<B> attention(Tape<B>& tape, const std::array<Columns<B>, 3>& x,
                           const AttentionSizes& sizes, const AttentionOptions& options,
                           WeightsKind kind) {
    static_assert(
        requirement::kernel<has_kernel<operation::attention, B>, operation::attention, B>{});
    const bool averaged = kind == WeightsKind::averaged;
    const Index batch = x[0].node->batch, samples = attention_samples(x, sizes);
    const Index pairs = sizes.queries * sizes.masked_keys;
    check_mask("the mask", options.mask, pairs, batch * sizes.heads * pairs, batch, sizes);
    check_mask("the key padding mask", options.key_padding_mask, batch * sizes.masked_keys,
               batch * sizes.masked_keys, batch, sizes);

    const bool needs_grad = std::any_of(
        x.begin(), x.end(), [](const Columns<B>& each) { return each.node->needs_grad; });
    AttentionArgs<B> args{};
    args.x = x;
    args.sizes = sizes;
    args.averaged = averaged;
    args.causal = options.causal;
    args.y = tape.node(samples, batch, sizes.queries * sizes.heads * sizes.value_width, needs_grad);
    tape.multiply_adds += samples * batch * sizes.heads * sizes.queries * sizes.keys *
                          (sizes.width + sizes.value_width);
    if (kind != WeightsKind::none)
        args.weights = tape.node(
            samples, batch, (averaged ? 1 : sizes.heads) * sizes.queries * sizes.keys, needs_grad);
    args.log_sums = tape.template device_memory<typename B::scalar>(samples * batch * sizes.heads *
                                                                    sizes.queries);
    args.mask = put_mask(tape, options.mask);
    args.mask_stride = options.mask.size() == pairs ? 0 : pairs;
    args.key_mask = put_mask(tape, options.key_padding_mask);
    attention_forward(tape, args);
    if (args.y->needs_grad) tape.record(AttentionRecord<B>{{}, args}, args.y);
    return args;
}

/// The shape of the weights.
template <class Weights, Index Heads, Index Queries, Index Keys>
using attention_weights_shape =
    std::conditional_t<std::is_same_v<Weights, averaged_weights>, shape<Queries, Keys>,
                       shape<Heads, Queries, Keys>>;

/// The output of an attention as a value, with its weights if asked for.
template <Index Heads, Index Queries, Index Keys, Index Width, class Weights, class B>
auto attended(Tape<B>& tape, const AttentionArgs<B>& args) {
    const Var<B, shape<Queries, Width>> output{&tape, args.y};
    if constexpr (std::is_same_v<Weights, no_weights>) {
        return output;
    } else {
        using Shape = attention_weights_shape<Weights, Heads, Queries, Keys>;
        return Attended<Var<B, shape<Queries, Width>>, Var<B, Shape>>{output,
                                                                      {&tape, args.weights}};
    }
}

/// Whether a shape is that of a sequence, or came out of an error.
template <class Shape>
inline constexpr bool is_sequence = Shape::rank == 2 || std::is_same_v<Shape, any_shape>;

}  // namespace detail

/// softmax(q k^T / sqrt(width per head) + masks) v (Vaswani et al. 2017, "Attention Is All You
/// Need", equation 1) for each of `Heads` heads, which share out the columns. q: (S or 1, B, L, E),
/// k: (S or 1, B, K, E), v: (S or 1, B, K, Ev); the result is (S, B, L, Ev). With
/// `averaged_weights{}` or `weights_per_head{}` it is `{output, weights}`.
///
/// Without weights, keys are visited in blocks with a softmax that is corrected on the way (Rabe &
/// Staats 2021, "Self-attention Does Not Need O(n^2) Memory"; Dao et al. 2022, "FlashAttention"):
/// memory is linear in the lengths. Backward computes the weights again, from the logarithms of
/// the sums of each row. A query whose keys are all masked gets zeros, and nothing gets a gradient
/// from it.
/// Throws ShapeError when samples, batches, run-time lengths or the sizes of masks do not fit.
template <Index Heads, class B, class QShape, class KShape, class VShape,
          class Weights = no_weights>
auto scaled_dot_product_attention(Var<B, QShape> q, Var<B, KShape> k, Var<B, VShape> v,
                                  const AttentionOptions& options = {}, Weights = {}) {
    using requirement::given;
    constexpr bool are_sequences = QShape::rank == 2 && KShape::rank == 2 && VShape::rank == 2;
    // The first that is none is named.
    constexpr bool query = detail::is_sequence<QShape>, key = detail::is_sequence<KShape>;
    static_assert(requirement::sequence<query, requirement::query, given<QShape>>{});
    if constexpr (query)
        static_assert(requirement::sequence<key, requirement::key, given<KShape>>{});
    if constexpr (query && key)
        static_assert(requirement::sequence<detail::is_sequence<VShape>, requirement::value,
                                            given<VShape>>{});
    if constexpr (are_sequences) {
        constexpr Index width = last_extent<QShape>, value_width = last_extent<VShape>;
        constexpr Index queries = first_extent<QShape>, keys = first_extent<KShape>;
        constexpr bool fit = last_extent<KShape> == width && first_extent<VShape> == keys;
        static_assert(requirement::attention_shapes<fit, QShape, KShape, VShape>{});
        constexpr bool divides = Heads > 0 && width % Heads == 0 && value_width % Heads == 0;
        static_assert(
            requirement::heads<divides, Heads, (width % Heads == 0 ? value_width : width)>{});
        const Index length = k.node->item / width;
        if (v.node->item / value_width != length)
            throw ShapeError("attention: keys of length ", length,
                             " do not go with values of length ", v.node->item / value_width);
        const auto args = detail::attention<B>(
            detail::common_tape(q, k, v),
            {{{q.node, 0, width}, {k.node, 0, width}, {v.node, 0, value_width}}},
            {Heads, q.node->item / width, length, width / Heads, value_width / Heads, length},
            options, detail::weights_kind<Weights>);
        return detail::attended<Heads, queries, keys, value_width, Weights>(*q.tape, args);
    } else {  // after an error
        return Var<B, any_shape>{q.tape, q.node};
    }
}

}  // namespace blue
