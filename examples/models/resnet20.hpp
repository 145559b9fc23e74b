// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ResNet-20 (He et al. 2016) for images of 32 x 32 pixels in three colours.
#pragma once

#include <blue/blue.hpp>

namespace models {

/// A convolution and its normalisation, which would take away a bias.
template <blue::Index In, blue::Index Out, blue::Index Stride, class Q, class P, class B>
using ResNetConvolution =
    blue::Sequential<blue::Conv2d<In, Out, blue::kernel<3>, blue::stride<Stride>, blue::padding<1>,
                                  blue::without_bias, Q, P, B>,
                     blue::BatchNorm<Out, B>>;

/// relu(x + f(x)) with two convolutions, which keep the shape: channels x side x side.
template <blue::Index Channels, class Q, class P, class B>
using ResNetBlock =
    blue::Sequential<blue::Residual<ResNetConvolution<Channels, Channels, 1, Q, P, B>, blue::ReLU,
                                    ResNetConvolution<Channels, Channels, 1, Q, P, B>>,
                     blue::ReLU>;

/// The connection around a block that halves an image and doubles its channels, without weights
/// (option A of He et al.): every second pixel, and zeros for the new channels. For the padding,
/// channels are the first axis of a volume.
template <blue::Index Channels, blue::Index Side>
using HalvingShortcut = blue::Sequential<blue::AvgPool2d<1, blue::stride<2>>,  //
                                         blue::Reshape<1, Channels, Side / 2, Side / 2>,
                                         blue::ZeroPad3d<0, Channels, 0, 0, 0, 0>,
                                         blue::Reshape<2 * Channels, Side / 2, Side / 2>>;

/// Channels x Side x Side to 2 Channels x Side / 2 x Side / 2.
template <blue::Index Channels, blue::Index Side, class Q, class P, class B>
using HalvingBlock = blue::Sequential<
    blue::Parallel<
        blue::Sum, HalvingShortcut<Channels, Side>,
        blue::Sequential<ResNetConvolution<Channels, 2 * Channels, 2, Q, P, B>, blue::ReLU,
                         ResNetConvolution<2 * Channels, 2 * Channels, 1, Q, P, B>>>,
    blue::ReLU>;

/// He et al. 2016, "Deep residual learning for image recognition", section 4.2: 6 N + 2 layers with
/// weights, in three stages of N blocks with `Width`, 2 `Width` and 4 `Width` channels. Images
/// (3, 32, 32) to logits (Classes).
template <int N, blue::Index Classes, blue::Index Width, class Q, class P, class B>
using ResNet = blue::Sequential<
    blue::Reshape<3, 32, 32>,  //
    ResNetConvolution<3, Width, 1, Q, P, B>, blue::ReLU,
    blue::Repeat<N, ResNetBlock<Width, Q, P, B>>,                                            //
    HalvingBlock<Width, 32, Q, P, B>, blue::Repeat<N - 1, ResNetBlock<2 * Width, Q, P, B>>,  //
    HalvingBlock<2 * Width, 16, Q, P, B>, blue::Repeat<N - 1, ResNetBlock<4 * Width, Q, P, B>>,
    blue::AdaptiveAvgPool2d<1>, blue::Flatten<>, blue::Linear<4 * Width, Classes, Q, P, B>>;

/// 268,346 weights for 10 classes, and 1,376 factors and offsets of the normalisations, which are
/// deterministic: the 0.27 M parameters of the paper. 40.6 M multiply-adds.
template <blue::Index Classes = 10, class Q = blue::MeanFieldNormal,
          class P = blue::MeanFieldNormal, class B = blue::Cpu<float>>
using ResNet20 = ResNet<3, Classes, 16, Q, P, B>;

}  // namespace models
