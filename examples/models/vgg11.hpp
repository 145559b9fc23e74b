// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// VGG-11 (Simonyan and Zisserman 2015) for images of 32 x 32 pixels in three colours.
#pragma once

#include <blue/blue.hpp>

namespace models {

/// A convolution that keeps the size of the image. It has no bias, which the normalisation behind
/// it would take away.
template <blue::Index In, blue::Index Out, class Q, class P, class B>
using VGGConvolution = blue::Sequential<
    blue::Conv2d<In, Out, blue::kernel<3>, blue::padding<1>, blue::without_bias, Q, P, B>,
    blue::BatchNorm<Out, B>, blue::ReLU>;

/// Configuration A of Simonyan and Zisserman 2015, "Very deep convolutional networks for
/// large-scale image recognition", in the form that is usual for small images: with batch
/// normalisation, and one linear layer behind the convolutions instead of three. Images (3, 32, 32)
/// to logits (Classes).
///
/// 9,222,858 weights for 10 classes, and 5,504 factors and offsets of the normalisations, which are
/// deterministic; 153 M multiply-adds. \tparam Width channels of the first convolution.
template <blue::Index Classes = 10, blue::Index Width = 64, class Q = blue::MeanFieldNormal,
          class P = blue::MeanFieldNormal, class B = blue::Cpu<float>>
using VGG11 = blue::Sequential<
    blue::Reshape<3, 32, 32>,                   //
    VGGConvolution<3, Width, Q, P, B>,          //
    blue::MaxPool2d<2>,                         // 16 x 16
    VGGConvolution<Width, 2 * Width, Q, P, B>,  //
    blue::MaxPool2d<2>,                         // 8 x 8
    VGGConvolution<2 * Width, 4 * Width, Q, P, B>, VGGConvolution<4 * Width, 4 * Width, Q, P, B>,
    blue::MaxPool2d<2>,  // 4 x 4
    VGGConvolution<4 * Width, 8 * Width, Q, P, B>, VGGConvolution<8 * Width, 8 * Width, Q, P, B>,
    blue::MaxPool2d<2>,  // 2 x 2
    blue::Repeat<2, VGGConvolution<8 * Width, 8 * Width, Q, P, B>>, blue::MaxPool2d<2>,
    blue::Flatten<>, blue::Linear<8 * Width, Classes, Q, P, B>>;

}  // namespace models
