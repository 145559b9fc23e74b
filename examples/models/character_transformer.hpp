// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A transformer that predicts the next character of a text.
#pragma once

#include <blue/blue.hpp>

namespace models {

/// A language model over characters: a causal pre-norm transformer (Radford et al. 2019, "Language
/// models are unsupervised multitask learners"; for characters Al-Rfou et al. 2019). Ids of
/// characters (Steps) to logits (Steps, Vocabulary), those of the character behind each one, from
/// it and those before it: the targets are the same text, one character later.
///
/// Layers (12 D^2 + 9 D) + (2 D + 1) Vocabulary + D Steps weights, 114,241 for 65 characters and
/// 100 steps, and (4 Layers + 2) D factors and offsets of the normalisations, which are
/// deterministic. \tparam D width of the layers; their feed-forward parts are four times as wide.
template <blue::Index Vocabulary, blue::Index Steps, blue::Index D = 64, blue::Index Heads = 4,
          blue::Index Layers = 2, class Q = blue::MeanFieldNormal, class P = blue::MeanFieldNormal,
          class B = blue::Cpu<float>>
using CharacterTransformer =
    blue::Sequential<blue::Embedding<Vocabulary, D, blue::steps<Steps>, Q, P, B>,
                     blue::PositionEmbedding<Steps, D, Q, P, B>,
                     blue::TransformerEncoder<Layers,
                                              blue::TransformerEncoderLayer<
                                                  D, Heads, 4 * D, blue::causal, blue::norm_first,
                                                  blue::activation<blue::GELU>, Q, P, B>,
                                              blue::LayerNorm<D, B>>,
                     blue::Linear<D, Vocabulary, Q, P, B>>;

}  // namespace models
