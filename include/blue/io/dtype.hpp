// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Element types of tensors in files and their conversion to C++ numbers.
#pragma once

#include <blue/config.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

namespace blue::io {

/// Element types, in the order in which the safetensors library compares them.
enum class DType { BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64 };

namespace detail {

/// A stored number that C++20 has no type for.
struct Bool {
    std::uint8_t bits;
    explicit operator bool() const { return bits != 0; }
};

/// IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits.
struct Half {
    std::uint16_t bits;
    explicit operator float() const {
        const std::uint32_t sign = (bits & 0x8000u) << 16;
        const std::uint32_t magnitude = bits & 0x7fffu;
        if (magnitude >= 0x7c00u)  // infinity, NaN
            return std::bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
        if (magnitude < 0x0400u) {  // zero, subnormal: a multiple of 2^-24
            const float value = static_cast<float>(magnitude) * 0x1p-24f;
            return sign ? -value : value;
        }
        return std::bit_cast<float>(sign | ((magnitude << 13) + ((127u - 15u) << 23)));
    }
};

/// The upper half of a float.
struct BFloat16 {
    std::uint16_t bits;
    explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

struct DTypeInfo {
    DType dtype;
    std::string_view name;
    Index size;
};
inline constexpr std::array<DTypeInfo, 13> dtypes = {{{DType::BOOL, "BOOL", 1},
                                                      {DType::U8, "U8", 1},
                                                      {DType::I8, "I8", 1},
                                                      {DType::I16, "I16", 2},
                                                      {DType::U16, "U16", 2},
                                                      {DType::F16, "F16", 2},
                                                      {DType::BF16, "BF16", 2},
                                                      {DType::I32, "I32", 4},
                                                      {DType::U32, "U32", 4},
                                                      {DType::F32, "F32", 4},
                                                      {DType::F64, "F64", 8},
                                                      {DType::I64, "I64", 8},
                                                      {DType::U64, "U64", 8}}};

/// Calls f with a value of the C++ type of the stored elements.
template <class F>
auto visit_dtype(DType dtype, F&& f) {
    switch (dtype) {
        case DType::BOOL:
            return f(Bool{});
        case DType::U8:
            return f(std::uint8_t{});
        case DType::I8:
            return f(std::int8_t{});
        case DType::I16:
            return f(std::int16_t{});
        case DType::U16:
            return f(std::uint16_t{});
        case DType::F16:
            return f(Half{});
        case DType::BF16:
            return f(BFloat16{});
        case DType::I32:
            return f(std::int32_t{});
        case DType::U32:
            return f(std::uint32_t{});
        case DType::F32:
            return f(float{});
        case DType::I64:
            return f(std::int64_t{});
        case DType::U64:
            return f(std::uint64_t{});
        case DType::F64:
            break;
    }
    return f(double{});
}

/// Bits of the integer or of the significand, without the sign.
template <class T>
inline constexpr int digits = std::numeric_limits<T>::digits;
template <>
inline constexpr int digits<Bool> = 1;
template <>
inline constexpr int digits<Half> = 11;
template <>
inline constexpr int digits<BFloat16> = 8;

template <class T>
inline constexpr bool is_float =
    std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

/// Whether every value of From is a value of To, which is a built-in type.
template <class From, class To>
inline constexpr bool is_lossless = digits<From> <= digits<To> &&
                                    (!is_float<From> || is_float<To>)&&(!std::is_signed_v<From> ||
                                                                        std::is_signed_v<To>);

/// From one of the stored types to a built-in type.
template <class To, class From>
To to_number(From value) {
    if constexpr (std::is_same_v<From, Half> || std::is_same_v<From, BFloat16>)
        return static_cast<To>(static_cast<float>(value));
    else if constexpr (std::is_same_v<From, Bool>)
        return static_cast<To>(static_cast<bool>(value));
    else
        return static_cast<To>(value);
}

}  // namespace detail

/// The name as files write it: "F32".
constexpr std::string_view name_of(DType dtype) {
    return detail::dtypes[static_cast<std::size_t>(dtype)].name;
}

/// Bytes per element.
constexpr Index size_of(DType dtype) {
    return detail::dtypes[static_cast<std::size_t>(dtype)].size;
}

/// The type of that name, or nothing.
constexpr std::optional<DType> dtype_from_name(std::string_view name) {
    for (const auto& info : detail::dtypes)
        if (info.name == name) return info.dtype;
    return std::nullopt;
}

/// The type that holds elements of the C++ type T as they are.
template <class T>
constexpr DType dtype_of() {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8,
                  "dtype_of: expected a number of at most 8 bytes");
    if constexpr (std::is_floating_point_v<T>) return sizeof(T) == 4 ? DType::F32 : DType::F64;
    constexpr bool is_signed = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return is_signed ? DType::I8 : DType::U8;
    if constexpr (sizeof(T) == 2) return is_signed ? DType::I16 : DType::U16;
    if constexpr (sizeof(T) == 4) return is_signed ? DType::I32 : DType::U32;
    return is_signed ? DType::I64 : DType::U64;
}

}  // namespace blue::io
