// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/gzip.hpp>

#include "io/compress.hpp"
#include "io/files.hpp"
#include "support/catch.hpp"

#include <string>

using blue::io::GzipFile;
using blue_test::file_error;
using blue_test::gzip;
using blue_test::TemporaryFolder;

namespace {

/// Everything, in portions of n bytes.
std::string read_all(const std::filesystem::path& path, std::size_t n = 1000) {
    GzipFile file(path);
    std::string all, part(n, '\0');
    while (const std::size_t got = file.read(part.data(), n)) all.append(part, 0, got);
    CHECK(file.offset() == all.size());
    return all;
}

std::string error_of(const TemporaryFolder& folder, std::string_view content) {
    return file_error(folder.file("bad.gz", content), [](const auto& path) { read_all(path); });
}

/// Numbers that do not compress to nothing, more than the 64 KiB of the input buffer.
std::string long_text() {
    std::string text;
    unsigned state = 1;
    for (int i = 0; i < 200000; ++i) {
        state = state * 1664525u + 1013904223u;
        text += static_cast<char>(state >> 24);
    }
    return text;
}

}  // namespace

TEST_CASE("plain and compressed files give the same bytes") {
    TemporaryFolder folder;
    for (const std::string& text : {std::string(), std::string("a"), std::string("hello"),
                                    std::string(300000, 'x'), long_text()}) {
        CHECK(read_all(folder.file("plain", text)) == text);
        CHECK(read_all(folder.file("packed", gzip(text))) == text);
    }
    CHECK(read_all(folder / "packed", 1) == long_text());
    CHECK(read_all(folder / "packed", 1 << 20) == long_text());
    CHECK(GzipFile(folder / "packed").compressed());
    CHECK_FALSE(GzipFile(folder / "plain").compressed());
}

TEST_CASE("several members count as one") {
    TemporaryFolder folder;
    const auto path = folder.file("a", gzip("one ") + gzip("") + gzip(long_text()) + gzip("two"));
    CHECK(read_all(path) == "one " + long_text() + "two");
}

TEST_CASE("the largest size is not exceeded") {
    TemporaryFolder folder;
    const std::string zeros(10'000'000, '\0');  // compresses as well as it gets
    CHECK(GzipFile(folder.file("packed", gzip(zeros))).largest_size() >= zeros.size());
    CHECK(GzipFile(folder.file("plain", "12345")).largest_size() == 5);
}

TEST_CASE("damaged compressed data is an error with its place") {
    TemporaryFolder folder;
    const std::string good = gzip("hello, hello, hello");
    const std::string size = std::to_string(good.size());
    SECTION("truncated anywhere behind the two magic bytes") {
        for (std::size_t n = 2; n < good.size(); ++n)
            CHECK(error_of(folder, good.substr(0, n)) ==
                  "at byte " + std::to_string(n) +
                      ": the compressed data is truncated: the file ends inside it");
    }
    SECTION("checksum") {
        std::string bad = good;
        bad[bad.size() - 8] ^= 1;
        CHECK(error_of(folder, bad).find("the compressed data is corrupt: incorrect data check") !=
              std::string::npos);
    }
    SECTION("length") {
        std::string bad = good;
        bad[bad.size() - 1] ^= 1;
        CHECK(error_of(folder, bad).find("corrupt: incorrect length check") != std::string::npos);
    }
    SECTION("something behind it") {
        CHECK(error_of(folder, good + "x") ==
              "at byte " + size + ": expected the end of the file behind the compressed data");
    }
    SECTION("half a member behind it") {
        CHECK(error_of(folder, good + good.substr(0, 12)) ==
              "at byte " + std::to_string(good.size() + 12) +
                  ": the compressed data is truncated: the file ends inside it");
    }
    SECTION("not deflate") {
        std::string bad = good;
        bad[2] = 7;
        CHECK(error_of(folder, bad).find("corrupt: unknown compression method") !=
              std::string::npos);
    }
}

TEST_CASE("a missing file is an error") {
    TemporaryFolder folder;
    CHECK(file_error(folder / "missing", [](const auto& path) { GzipFile file(path); }) ==
          "expected a file, but there is none");
}
