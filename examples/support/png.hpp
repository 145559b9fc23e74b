// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Small grey images as PNG inside a page, without a library: the pixels are stored, not
/// compressed.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace blue_examples {

namespace detail {

/// The checksum of PNG chunks (ISO 3309).
inline std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xffffffffu;
    for (const char byte : bytes) {
        crc ^= static_cast<std::uint8_t>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/// The checksum of zlib streams (RFC 1950).
inline std::uint32_t adler32(std::string_view bytes) {
    std::uint32_t a = 1, b = 0;
    for (const char byte : bytes) {
        a = (a + static_cast<std::uint8_t>(byte)) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

inline std::string big_endian(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

inline std::string png_chunk(const std::string& type, const std::string& data) {
    return big_endian(static_cast<std::uint32_t>(data.size())) + type + data +
           big_endian(crc32(type + data));
}

inline std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group =
                group << 8 | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
    }
    return text;
}

}  // namespace detail

/// A PNG file of height x width grey bytes (0 is black), row by row. Throws ShapeError when their
/// number does not fit or there are too many for one block (64 KiB).
inline std::string grey_png(std::string_view pixels, std::uint32_t width, std::uint32_t height) {
    if (width == 0 || height == 0 || pixels.size() != std::size_t{width} * height ||
        (std::size_t{width} + 1) * height > 0xffff)
        throw blue::ShapeError("grey_png: expected " + std::to_string(width) + " x " +
                               std::to_string(height) + " bytes, at most 65535 with the row " +
                               "filters, got " + std::to_string(pixels.size()));
    std::string rows;
    for (std::size_t y = 0; y < height; ++y) {
        rows += '\0';  // no filter
        rows += pixels.substr(y * width, width);
    }
    const auto size = static_cast<std::uint32_t>(rows.size());
    const auto two_bytes = [](std::uint32_t n) {
        return std::string{static_cast<char>(n & 0xff), static_cast<char>(n >> 8 & 0xff)};
    };
    // zlib: header, one final stored block (RFC 1951, 3.2.4), checksum
    const std::string stream = std::string("\x78\x01\x01", 3) + two_bytes(size) + two_bytes(~size) +
                               rows + detail::big_endian(detail::adler32(rows));
    const std::string header = detail::big_endian(width) + detail::big_endian(height) +
                               std::string("\x08\0\0\0\0", 5);  // 8 bits, grey
    return "\x89PNG\r\n\x1a\n" + detail::png_chunk("IHDR", header) +
           detail::png_chunk("IDAT", stream) + detail::png_chunk("IEND", "");
}

/// The same as the source of an <img>.
inline std::string grey_png_uri(std::string_view pixels, std::uint32_t width,
                                std::uint32_t height) {
    return "data:image/png;base64," + detail::base64(grey_png(pixels, width, height));
}

}  // namespace blue_examples
