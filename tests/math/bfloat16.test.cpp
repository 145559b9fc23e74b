// SPDX-License-Identifier: BSD-3-Clause
#include <blue/math/bfloat16.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>

namespace {

float rounded(float x) {
    return blue::math::bfloat16(x);
}

}  // namespace

static_assert(sizeof(blue::math::bfloat16) == 2);

TEST_CASE("numbers are rounded to eight bits, to nearest, ties to even") {
    const float step = 0x1p-7f;  // of the numbers from 1 to 2
    CHECK(rounded(1 + 0.49f * step) == 1);
    CHECK(rounded(1 + 0.51f * step) == 1 + step);
    CHECK(rounded(1 + 0.5f * step) == 1);
    CHECK(rounded(1 + 1.5f * step) == 1 + 2 * step);
    CHECK(rounded(-1 - 1.5f * step) == -1 - 2 * step);
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(rounded(std::numeric_limits<float>::max()) == infinity);
    CHECK(rounded(-infinity) == -infinity);
    CHECK(std::isnan(rounded(std::numeric_limits<float>::quiet_NaN())));
    CHECK(std::isnan(rounded(__builtin_bit_cast(float, 0x7f800001u))));
}

TEST_CASE("every number of 16 bits is its own rounding") {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        blue::math::bfloat16 number;
        number.bits = static_cast<std::uint16_t>(bits);
        const float x = number;
        if (!std::isnan(x) && blue::math::bfloat16(x).bits != number.bits)
            FAIL("0x" << std::hex << bits << " became 0x" << blue::math::bfloat16(x).bits);
    }
    SUCCEED();
}
