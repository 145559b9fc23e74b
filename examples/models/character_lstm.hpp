// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A recurrent network that predicts the next character of a text.
#pragma once

#include <blue/blue.hpp>

namespace models {

/// A language model over characters (Graves 2013, "Generating sequences with recurrent neural
/// networks"; Bayesian: Fortunato et al. 2017). Ids of characters (Steps) to logits
/// (Steps, Vocabulary), those of the character behind each one: the targets are the same text, one
/// character later.
///
/// 14 H^2 + 16 H + (3 H / 2 + 1) Vocabulary weights: 243,969 for 65 characters.
/// \tparam H numbers of the state of each of the two recurrent layers.
template <blue::Index Vocabulary, blue::Index Steps, blue::Index H = 128,
          class Q = blue::MeanFieldNormal, class P = blue::MeanFieldNormal,
          class B = blue::Cpu<float>>
using CharacterLSTM =
    blue::Sequential<blue::Embedding<Vocabulary, H / 2, blue::steps<Steps>, Q, P, B>,
                     blue::LSTM<H / 2, H, blue::layers<2>, Q, P, B>,
                     blue::Linear<H, Vocabulary, Q, P, B>>;

}  // namespace models
