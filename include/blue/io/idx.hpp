// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reads IDX files, the format of MNIST, plain or compressed with gzip. Needs zlib.
///
/// Format (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zero bytes,
/// the code of the element type, the number of axes, each extent as four bytes, the elements in
/// row-major order. All numbers are big-endian.
#pragma once

#include <blue/io/gzip.hpp>
#include <blue/tensor/array.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace blue::io {

namespace detail {

struct IdxType {
    unsigned code;
    std::string_view name;
};
inline constexpr std::array<IdxType, 6> idx_types = {{{0x08, "unsigned 8-bit integer"},
                                                      {0x09, "signed 8-bit integer"},
                                                      {0x0b, "16-bit integer"},
                                                      {0x0c, "32-bit integer"},
                                                      {0x0d, "32-bit float"},
                                                      {0x0e, "64-bit float"}}};

template <class T>
constexpr unsigned idx_code() {
    if constexpr (std::is_same_v<T, std::uint8_t>) return 0x08;
    if constexpr (std::is_same_v<T, std::int8_t>) return 0x09;
    if constexpr (std::is_same_v<T, std::int16_t>) return 0x0b;
    if constexpr (std::is_same_v<T, std::int32_t>) return 0x0c;
    if constexpr (std::is_same_v<T, float>) return 0x0d;
    if constexpr (std::is_same_v<T, double>) return 0x0e;
    return 0;
}

inline std::string hex(unsigned byte) {
    char text[8];
    std::snprintf(text, sizeof text, "0x%02x", byte & 0xffu);
    return text;
}

/// "0x08 (unsigned 8-bit integer)"
inline std::string idx_type_name(unsigned code) {
    for (const IdxType& type : idx_types)
        if (type.code == code) return hex(code) + " (" + std::string(type.name) + ")";
    return hex(code) + " (not an IDX type)";
}

/// Reads all n bytes, or says what was expected and how much came.
inline void read_idx_part(GzipFile& file, void* out, std::size_t n, const std::string& what) {
    const std::uint64_t start = file.offset();
    const std::size_t got = file.read(out, n);
    if (got < n)
        file.fail_at(start, "expected ", what, " (", n, " bytes), but the data ends after ", got,
                     " of them");
}

/// Reads the header up to the first element and returns the shape.
inline std::vector<Index> read_idx_header(GzipFile& file, unsigned code, Index element_size) {
    constexpr unsigned most_axes = 8;
    std::uint8_t magic[4];
    read_idx_part(file, magic, sizeof magic, "an IDX magic number");
    if (magic[0] != 0 || magic[1] != 0)
        file.fail_at(0, "expected an IDX magic number, which starts with 0x00 0x00, got ",
                     hex(magic[0]), " ", hex(magic[1]));
    if (magic[2] != code)
        file.fail_at(2, "expected elements of type ", idx_type_name(code), ", got ",
                     idx_type_name(magic[2]));
    if (magic[3] < 1 || magic[3] > most_axes)
        file.fail_at(3, "expected 1 to ", most_axes, " axes, got ", magic[3]);
    std::vector<Index> shape(magic[3]);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        std::uint8_t bytes[4];
        read_idx_part(file, bytes, sizeof bytes, "the extent of axis " + std::to_string(axis));
        for (std::uint8_t byte : bytes) shape[axis] = shape[axis] * 256 + byte;
    }
    const auto bytes = checked_bytes(shape, element_size);
    const std::uint64_t room = file.largest_size() - std::min(file.largest_size(), file.offset());
    if (!bytes || static_cast<std::uint64_t>(*bytes) > room)
        file.fail_at(4, "the header announces the shape ", to_string(shape), " of ", element_size,
                     "-byte elements, but at most ", room,
                     " bytes can follow in a file of this size");
    return shape;
}

}  // namespace detail

/// Reads an IDX file whose elements have the type T (uint8_t, int8_t, int16_t, int32_t, float or
/// double; MNIST uses uint8_t). Whether the file is compressed is seen from its first bytes.
/// Throws FileError with the offset, what was expected and what came: no such file, wrong magic
/// number or element type, impossible extents, missing or additional bytes, corrupt gzip data.
template <class T = std::uint8_t>
Array<T> read_idx(const std::filesystem::path& path) {
    static_assert(detail::idx_code<T>() != 0, "read_idx: IDX files have no elements of type T");
    GzipFile file(path);
    Array<T> array(detail::read_idx_header(file, detail::idx_code<T>(), sizeof(T)));
    detail::read_idx_part(file, array.data(), static_cast<std::size_t>(array.size()) * sizeof(T),
                          "the elements of the shape " + to_string(array.shape()));
    // The attempt to read on also makes zlib compare the checksum.
    char next;
    const std::uint64_t end = file.offset();
    if (file.read(&next, 1) != 0)
        file.fail_at(end, "expected the end of the data behind the shape ",
                     to_string(array.shape()), ", but there are more bytes");
    if constexpr (sizeof(T) > 1 && std::endian::native == std::endian::little)
        for (T& element : array) {
            auto bytes = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(element);
            std::reverse(bytes.begin(), bytes.end());
            element = std::bit_cast<T>(bytes);
        }
    return array;
}

}  // namespace blue::io
