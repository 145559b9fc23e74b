// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of attention get.
#pragma once

#include <blue/tensor/tape.hpp>

#include <array>

namespace blue {

namespace operation {
struct attention;  ///< `scaled_dot_product_attention`
}  // namespace operation

/// Neighbouring columns of the items of a value: what begins at `first` in rows of `stride`
/// numbers.
template <class B>
struct Columns {
    Node<B>* node;
    Index first, stride;
};

/// Sizes of an attention; those of rows are per head.
struct AttentionSizes {
    Index heads, queries, keys;
    Index width;        ///< of queries and keys
    Index value_width;  ///< of values and outputs
    Index masked_keys;  ///< those behind are seen by all queries, whatever the masks say
};

/// y = softmax(q k^T / sqrt(width) + masks) v for each sample, example and head. Head h has the
/// columns [h width, (h + 1) width).
template <class B>
struct AttentionArgs {
    using T = typename B::scalar;

    std::array<Columns<B>, 3> x;  ///< queries, keys, values; two may be columns of one value
    AttentionSizes sizes;
    Node<B>* y;
    Node<B>* weights;   ///< nullptr when they are not asked for
    bool averaged;      ///< `weights` are those of all heads on average
    bool causal;        ///< query i sees the keys up to i
    T* log_sums;        ///< log of the sum of exponentials: samples x batch x heads x queries
    const T* mask;      ///< added to the scores, queries x masked keys; may be nullptr
    Index mask_stride;  ///< from one (example, head) to the next: 0 for a mask that all share
    const T* key_mask;  ///< added to the scores, batch x masked keys; may be nullptr
};

}  // namespace blue
