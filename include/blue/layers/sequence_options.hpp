// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Options of layers for sequences, in any order in front of the policies: `LSTM<16, 64, layers<2>,
/// bidirectional, Q, P, B>`.
#pragma once

#include <blue/layers/options.hpp>
#include <blue/meta/shape.hpp>

namespace blue {

/// N recurrent layers after each other.
template <int N>
struct layers {
    static_assert(N > 0, "blue: a recurrent network has at least one layer");
};
/// Sequences are walked in both directions, with weights of their own; outputs stand side by side.
struct bidirectional {};
/// The layer gives the output behind the last step of each sequence, (S, B, H), not that of all
/// steps.
struct final_output {};
/// The weights are drawn again for each step, as bayesian-torch does, in place of once for all
/// steps of a sequence. Step t of a sample has the same draw in all sequences and all uses of a
/// pass. That is another model, in which each step has weights of its own with the same
/// distributions: the divergence is the sum over all steps, and so are log probs. Supplied noise is
/// (steps, samples, elements). Error when a second use in a pass has more steps than the first one.
struct fresh_draws {};
/// Sequences have T steps, which layers behind may need to know, such as `Flatten`.
template <Index T>
struct steps {};
/// The `LSTM` with BLiTZ's peepholes: see `PeepholeLSTMCell`.
struct peephole {};
/// An `RNN` with max(x, 0) in the place of the hyperbolic tangent.
struct rectified {};

namespace detail {

template <class... Policies>
struct sequence_options : layer_policies<Policies...> {
    static constexpr int layers = 1;
    static constexpr Index directions = 1, steps = dynamic;
    static constexpr bool final_output = false, has_bias = true;
    static constexpr bool peephole = false, rectified = false, fresh_draws = false;
};
template <class... Rest>
struct sequence_options<without_bias, Rest...> : sequence_options<Rest...> {
    static constexpr bool has_bias = false;
};
template <int N, class... Rest>
struct sequence_options<blue::layers<N>, Rest...> : sequence_options<Rest...> {
    static constexpr int layers = N;
};
template <class... Rest>
struct sequence_options<bidirectional, Rest...> : sequence_options<Rest...> {
    static constexpr Index directions = 2;
};
template <class... Rest>
struct sequence_options<blue::final_output, Rest...> : sequence_options<Rest...> {
    static constexpr bool final_output = true;
};
template <class... Rest>
struct sequence_options<blue::fresh_draws, Rest...> : sequence_options<Rest...> {
    static constexpr bool fresh_draws = true;
};
template <Index T, class... Rest>
struct sequence_options<blue::steps<T>, Rest...> : sequence_options<Rest...> {
    static constexpr Index steps = T;
};
template <class... Rest>
struct sequence_options<blue::peephole, Rest...> : sequence_options<Rest...> {
    static constexpr bool peephole = true;
};
template <class... Rest>
struct sequence_options<blue::rectified, Rest...> : sequence_options<Rest...> {
    static constexpr bool rectified = true;
};

}  // namespace detail

}  // namespace blue
