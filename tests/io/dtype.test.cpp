// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/dtype.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

using namespace blue::io;

namespace {

float half(std::uint16_t bits) {
    return static_cast<float>(detail::Half{bits});
}
float bfloat16(std::uint16_t bits) {
    return static_cast<float>(detail::BFloat16{bits});
}

}  // namespace

TEST_CASE("names and sizes belong to the types") {
    for (const auto& info : detail::dtypes) {
        CHECK(name_of(info.dtype) == info.name);
        CHECK(dtype_from_name(info.name) == info.dtype);
        CHECK(detail::visit_dtype(info.dtype, [](auto value) { return sizeof(value); }) ==
              static_cast<std::size_t>(size_of(info.dtype)));
    }
    CHECK(dtype_from_name("F8_E4M3") == std::nullopt);
    CHECK(dtype_from_name("f32") == std::nullopt);
    CHECK(dtype_of<float>() == DType::F32);
    CHECK(dtype_of<double>() == DType::F64);
    CHECK(dtype_of<std::int8_t>() == DType::I8);
    CHECK(dtype_of<std::uint16_t>() == DType::U16);
    CHECK(dtype_of<std::int32_t>() == DType::I32);
    CHECK(dtype_of<std::uint64_t>() == DType::U64);
}

TEST_CASE("16-bit floats have the values of IEEE 754 binary16") {
    CHECK(half(0x0000) == 0.0f);
    CHECK(std::signbit(half(0x8000)));
    CHECK(half(0x3c00) == 1.0f);
    CHECK(half(0xc000) == -2.0f);
    CHECK(half(0x3555) == 0x1.554p-2f);   // nearest to 1/3
    CHECK(half(0x7bff) == 65504.0f);      // largest
    CHECK(half(0x0400) == 0x1p-14f);      // smallest normal
    CHECK(half(0x03ff) == 0x1.ff8p-15f);  // largest subnormal
    CHECK(half(0x0001) == 0x1p-24f);      // smallest
    CHECK(half(0x8001) == -0x1p-24f);
    CHECK(half(0x7c00) == std::numeric_limits<float>::infinity());
    CHECK(half(0xfc00) == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(half(0x7e00)));
    CHECK(std::isnan(half(0x7c01)));
    // Between the special points the values grow with the bits.
    for (std::uint16_t bits = 0; bits < 0x7c00; ++bits)
        if (!(half(bits) < half(static_cast<std::uint16_t>(bits + 1)))) FAIL("at " << bits);
}

TEST_CASE("bfloat16 is the upper half of a float") {
    CHECK(bfloat16(0x3f80) == 1.0f);
    CHECK(bfloat16(0xc049) == -3.140625f);
    CHECK(bfloat16(0x7f80) == std::numeric_limits<float>::infinity());
    CHECK(std::isnan(bfloat16(0x7fc0)));
    CHECK(bfloat16(0x0001) == 0x1p-133f);
}

TEST_CASE("lossless conversions keep every value") {
    using detail::is_lossless;
    CHECK(is_lossless<float, double>);
    CHECK_FALSE(is_lossless<double, float>);
    CHECK(is_lossless<detail::Half, float>);
    CHECK(is_lossless<detail::BFloat16, float>);
    CHECK_FALSE(is_lossless<detail::Half, std::int32_t>);
    CHECK(is_lossless<std::int16_t, float>);
    CHECK_FALSE(is_lossless<std::int32_t, float>);
    CHECK(is_lossless<std::int32_t, double>);
    CHECK_FALSE(is_lossless<std::int64_t, double>);
    CHECK(is_lossless<std::uint8_t, std::int16_t>);
    CHECK_FALSE(is_lossless<std::uint8_t, std::int8_t>);
    CHECK_FALSE(is_lossless<std::int8_t, std::uint64_t>);
    CHECK(is_lossless<detail::Bool, std::uint8_t>);
    CHECK(is_lossless<detail::Bool, float>);
    CHECK_FALSE(is_lossless<std::uint8_t, detail::Bool>);
}
