// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/idx.hpp>

#include "io/compress.hpp"
#include "io/files.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <vector>

using blue::Index;
using blue::io::read_idx;
using blue_test::file_error;
using blue_test::TemporaryFolder;

namespace {

std::string bytes(const std::vector<int>& values) {
    std::string text;
    for (int value : values) text += static_cast<char>(value);
    return text;
}

std::string error_of(const TemporaryFolder& folder, const std::string& content) {
    return file_error(folder.file("bad", content), [](const auto& path) { read_idx(path); });
}

const std::string header_2_by_3 = bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3});

}  // namespace

TEST_CASE("bytes are read with their shape, plain and compressed") {
    TemporaryFolder folder;
    const std::string content = header_2_by_3 + bytes({1, 2, 3, 4, 5, 255});
    for (const std::string& file : {content, blue_test::gzip(content)}) {
        const auto array = read_idx(folder.file("a", file));
        CHECK(array.shape() == std::vector<Index>{2, 3});
        CHECK(std::vector<std::uint8_t>(array.begin(), array.end()) ==
              std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255});
    }
}

TEST_CASE("every element type is read, big-endian") {
    TemporaryFolder folder;
    const auto read = [&]<class T>(T, int code, const std::vector<int>& element) {
        const auto path = folder.file("a", bytes({0, 0, code, 1, 0, 0, 0, 1}) + bytes(element));
        const auto array = read_idx<T>(path);
        REQUIRE(array.shape() == std::vector<Index>{1});
        return array[0];
    };
    CHECK(read(std::int8_t{}, 9, {0xfe}) == -2);
    CHECK(read(std::int16_t{}, 11, {0xff, 0x01}) == -255);
    CHECK(read(std::int32_t{}, 12, {0x01, 0x02, 0x03, 0x04}) == 0x01020304);
    CHECK(read(float{}, 13, {0x3f, 0xc0, 0, 0}) == 1.5f);
    CHECK(read(double{}, 14, {0xbf, 0xf8, 0, 0, 0, 0, 0, 0}) == -1.5);
}

TEST_CASE("an empty set is read") {
    TemporaryFolder folder;
    const auto path = folder.file("a", bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 28}));
    CHECK(read_idx(path).shape() == std::vector<Index>{0, 28});
}

TEST_CASE("what is not the expected IDX file is an error that says why") {
    TemporaryFolder folder;
    CHECK(error_of(folder, "") ==
          "at byte 0: expected an IDX magic number (4 bytes), but the data ends after 0 of them");
    CHECK(error_of(folder, bytes({0, 1, 8, 1, 0, 0, 0, 0})) ==
          "at byte 0: expected an IDX magic number, which starts with 0x00 0x00, got 0x00 0x01");
    CHECK(error_of(folder, bytes({0, 0, 13, 1, 0, 0, 0, 0})) ==
          "at byte 2: expected elements of type 0x08 (unsigned 8-bit integer), got 0x0d (32-bit "
          "float)");
    CHECK(error_of(folder, bytes({0, 0, 7, 1, 0, 0, 0, 0})) ==
          "at byte 2: expected elements of type 0x08 (unsigned 8-bit integer), got 0x07 (not an "
          "IDX type)");
    CHECK(error_of(folder, bytes({0, 0, 8, 0})) == "at byte 3: expected 1 to 8 axes, got 0");
    CHECK(error_of(folder, bytes({0, 0, 8, 255})) == "at byte 3: expected 1 to 8 axes, got 255");
    CHECK(error_of(folder, bytes({0, 0, 8, 2, 0, 0, 0, 1, 0})) ==
          "at byte 8: expected the extent of axis 1 (4 bytes), but the data ends after 1 of them");
    CHECK(error_of(folder, header_2_by_3 + "12345") ==
          "at byte 4: the header announces the shape (2, 3) of 1-byte elements, but at most 5 "
          "bytes can follow in a file of this size");
    CHECK(error_of(folder, header_2_by_3 + "1234567") ==
          "at byte 18: expected the end of the data behind the shape (2, 3), but there are more "
          "bytes");
    CHECK(file_error(folder / "missing", [](const auto& path) { read_idx(path); }) ==
          "expected a file, but there is none");
}

TEST_CASE("offsets in compressed files are those of the content") {
    TemporaryFolder folder;
    CHECK(error_of(folder, blue_test::gzip(header_2_by_3 + "12345")) ==
          "at decompressed byte 12: expected the elements of the shape (2, 3) (6 bytes), but the "
          "data ends after 5 of them");
    CHECK(error_of(folder, blue_test::gzip(header_2_by_3 + "1234567")) ==
          "at decompressed byte 18: expected the end of the data behind the shape (2, 3), but "
          "there are more bytes");
}

TEST_CASE("a checksum behind complete data is compared") {
    TemporaryFolder folder;
    std::string packed = blue_test::gzip(header_2_by_3 + "123456");
    packed[packed.size() - 8] ^= 1;
    CHECK(error_of(folder, packed).find("incorrect data check") != std::string::npos);
    packed = blue_test::gzip(header_2_by_3 + "123456");
    packed.resize(packed.size() - 8);
    CHECK(error_of(folder, packed).find("truncated") != std::string::npos);
}

TEST_CASE("absurd extents are refused before memory is allocated") {
    TemporaryFolder folder;
    const std::string huge = bytes({0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255});
    CHECK(error_of(folder, huge).find("announces the shape (4294967295, 4294967295)") !=
          std::string::npos);
    CHECK(error_of(folder, blue_test::gzip(huge)).find("can follow in a file of this size") !=
          std::string::npos);
    std::string zero_behind_huge = bytes({0, 0, 8, 4});
    zero_behind_huge += std::string(12, '\xff') + std::string(4, '\0');
    CHECK(error_of(folder, zero_behind_huge).find("announces the shape") != std::string::npos);
}

TEST_CASE("no prefix and no flipped bit does worse than a FileError") {
    TemporaryFolder folder;
    const std::string content = header_2_by_3 + "123456";
    for (const std::string& file : {content, blue_test::gzip(content)}) {
        for (std::size_t n = 0; n < file.size(); ++n)
            CHECK_THROWS_AS(read_idx(folder.file("a", file.substr(0, n))), blue::FileError);
        int read = 0, refused = 0;
        for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
            std::string flipped = file;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            try {
                read_idx(folder.file("a", flipped));
                ++read;
            } catch (const blue::FileError&) {
                ++refused;
            }
        }
        CHECK(read + refused == static_cast<int>(8 * file.size()));
        CHECK(read > 0);  // bits of pixels, or of the time in the gzip header
        CHECK(refused > 0);
    }
}
