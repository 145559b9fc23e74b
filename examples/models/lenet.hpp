// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// LeNet-5 (LeCun et al. 1998) for images of 28 x 28 pixels.
#pragma once

#include <blue/blue.hpp>

namespace models {

/// With ReLU and the largest number of each window, as it is usual now. 61,706 weights are 44,426
/// here, because the images have no border of zeros.
template <class Q = blue::MeanFieldNormal, class P = blue::MeanFieldNormal,
          class B = blue::Cpu<float>>
using LeNet =
    blue::Sequential<blue::Reshape<1, 28, 28>,  //
                     blue::Conv2d<1, 6, blue::kernel<5>, Q, P, B>, blue::ReLU, blue::MaxPool2d<2>,
                     blue::Conv2d<6, 16, blue::kernel<5>, Q, P, B>, blue::ReLU, blue::MaxPool2d<2>,
                     blue::Flatten<>,                              //
                     blue::Linear<256, 120, Q, P, B>, blue::ReLU,  //
                     blue::Linear<120, 84, Q, P, B>, blue::ReLU, blue::Linear<84, 10, Q, P, B>>;

}  // namespace models
