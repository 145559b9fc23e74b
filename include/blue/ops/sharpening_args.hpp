// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of posterior sharpening get.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/tensor/tape.hpp>

namespace blue {

namespace operation {
struct posterior_sharpening;
}

namespace detail {

/// What sharpening keeps for the weights of a random variable: one number for each, noise in whole
/// tiles.
template <class B>
struct SharpenedArgs {
    using T = typename B::scalar;
    const T* step;       ///< eta
    const T* direction;  ///< g at the draw
    T* noise;            ///< of the draw
    T* sharpened_noise;  ///< that gives the sharpened draw in its place
    T* gradient;         ///< of means and log stds, without the divergence
    T* step_gradient;
};

}  // namespace detail

}  // namespace blue
