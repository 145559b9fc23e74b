// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A small vision transformer (Dosovitskiy et al. 2021) for images of 32 x 32 pixels in three
/// colours.
#pragma once

#include <blue/blue.hpp>

namespace models {

/// Dosovitskiy et al. 2021, "An image is worth 16x16 words", with the mean over the patches instead
/// of a class token (Beyer et al. 2022, "Better plain ViT baselines for ImageNet-1k"). Images
/// (3, 32, 32) to logits (Classes): patches of 4 x 4 pixels become a sequence of 64 vectors with D
/// numbers, which get vectors of their positions and go through `Layers` layers of a pre-norm
/// encoder.
///
/// 207,178 weights with the defaults, and 1,664 factors and offsets of the normalisations, which
/// are deterministic; 15.9 M multiply-adds. \tparam D width of the encoder; its feed-forward parts
/// are twice as wide.
template <blue::Index Classes = 10, blue::Index D = 64, blue::Index Heads = 4,
          blue::Index Layers = 6, class Q = blue::MeanFieldNormal, class P = blue::MeanFieldNormal,
          class B = blue::Cpu<float>>
using VisionTransformer = blue::Sequential<
    blue::Reshape<3, 32, 32>,  //
    blue::Conv2d<3, D, blue::kernel<4>, blue::stride<4>, Q, P, B>, blue::Reshape<D, 64>,
    blue::Permute<1, 0>,  // patches x D
    blue::PositionEmbedding<64, D, Q, P, B>,
    blue::TransformerEncoder<Layers,
                             blue::TransformerEncoderLayer<D, Heads, 2 * D, blue::norm_first,
                                                           blue::activation<blue::GELU>, Q, P, B>,
                             blue::LayerNorm<D, B>>,
    blue::Permute<1, 0>, blue::AdaptiveAvgPool1d<1>, blue::Flatten<>,
    blue::Linear<D, Classes, Q, P, B>>;

}  // namespace models
