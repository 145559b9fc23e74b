// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A number of 16 bits for factors of products.
#pragma once

#include <blue/config.hpp>

#include <cstdint>

namespace blue::math {
inline namespace BLUE_ISA {

/// The upper half of a float: 8 significant bits (Kalamkar et al. 2019, arXiv 1905.12322).
struct bfloat16 {
    std::uint16_t bits;

    bfloat16() = default;
    /// x rounded to nearest, ties to even. NaN stays NaN.
    BLUE_INLINE explicit bfloat16(float x) {
        const auto word = __builtin_bit_cast(std::uint32_t, x);
        const std::uint32_t half = 0x7fff + (word >> 16 & 1);
        bits = static_cast<std::uint16_t>((x != x ? word | 0x400000 : word + half) >> 16);
    }
    BLUE_INLINE operator float() const {
        return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16);
    }
};

}  // namespace BLUE_ISA
}  // namespace blue::math
