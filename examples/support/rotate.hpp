// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Turned images: inputs that a digit classifier has not learnt from.
#pragma once

#include <blue/tensor/dataset.hpp>

#include <cstdint>

namespace blue_examples {

/// The 28 x 28 images turned by 90 degrees, counter-clockwise.
inline blue::Dataset<std::int32_t> rotated(const blue::Dataset<std::int32_t>& upright) {
    constexpr blue::Index side = 28;
    blue::Dataset<std::int32_t> turned = upright;
    for (blue::Index i = 0; i < upright.size(); ++i)
        for (blue::Index row = 0; row < side; ++row)
            for (blue::Index column = 0; column < side; ++column)
                turned.inputs.row(i)[(side - 1 - column) * side + row] =
                    upright.inputs.row(i)[row * side + column];
    return turned;
}

}  // namespace blue_examples
