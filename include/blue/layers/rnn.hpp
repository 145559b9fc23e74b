// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The plain recurrent layer.
#pragma once

#include <blue/layers/recurrent.hpp>

#include <type_traits>

namespace blue {

/// Elman network (Elman 1990, "Finding Structure in Time"): h' = tanh(W_ih x + b_ih + W_hh h +
/// b_hh), or max(., 0) with the option `rectified`, for sequences (S, B, T, In) to (S, B, T, H).
/// Weights are drawn once per sample and pass and shared by all steps (Gal & Ghahramani 2016,
/// Fortunato et al. 2017). The batch is no axis of an item: data with the time first are transposed
/// before they come to a tape.
///
/// Random variables are named and shaped as in PyTorch: "weight_ih_l0" (gates H, In),
/// "weight_hh_l0" (gates H, H), "bias_ih_l0", "bias_hh_l0" (gates H), then with `_reverse` for the
/// other direction, then "weight_ih_l1" (gates H, directions H) and so on. Gates in PyTorch's
/// order. `run` also takes and gives states: see `detail::Recurrent`.
/// \tparam Policies the options `rectified`, `layers<N>`, `bidirectional`, `final_output`,
///   `fresh_draws`, `steps<T>`, `without_bias`, then variational distribution, prior, backend; all
///   may be left out: `RNN<16, 64>`, `RNN<16, 64, layers<2>, bidirectional, MeanFieldNormal,
///   UniformPrior>`.
template <Index In, Index H, class... Policies>
struct RNN
    : detail::Recurrent<
          RNN<In, H, Policies...>,
          std::conditional_t<detail::sequence_options<Policies...>::rectified, ReLUCell, TanhCell>,
          In, H, detail::sequence_options<Policies...>> {
    using RNN::Recurrent::Recurrent;
};

}  // namespace blue
