// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/file.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

using namespace blue::io;
using blue_test::file_error;

TEST_CASE("a file is read in order") {
    blue_test::TemporaryFolder folder;
    InputFile file(folder.file("a", "abcde"));
    CHECK(file.size() == 5);
    char bytes[4];
    CHECK(file.read(bytes, 3) == 3);
    CHECK(std::string(bytes, 3) == "abc");
    CHECK(file.offset() == 3);
    CHECK(file.read(bytes, 4) == 2);
    CHECK(std::string(bytes, 2) == "de");
    CHECK(file.offset() == 5);
    CHECK(file.read(bytes, 4) == 0);
}

TEST_CASE("a whole file is read as it is") {
    blue_test::TemporaryFolder folder;
    const std::string content("a\0b\r\n\xff", 6);
    CHECK(read_file(folder.file("a", content)) == content);
    CHECK(read_file(folder.file("empty", "")).empty());
}

TEST_CASE("what cannot be read is an error with the path") {
    blue_test::TemporaryFolder folder;
    CHECK(file_error(folder / "missing", read_file) == "expected a file, but there is none");
    CHECK(file_error(folder.path(), read_file) == "expected a regular file");
    InputFile file(folder.file("a", "abc"));
    char bytes[2];
    file.read(bytes, 2);
    CHECK(file_error(file.path(), [&](const auto&) { file.fail_here("expected more"); }) ==
          "at byte 2: expected more");
}

TEST_CASE("sizes from files do not overflow") {
    using detail::checked_bytes;
    const blue::Index most = std::numeric_limits<blue::Index>::max();
    CHECK(checked_bytes({}, 8) == 8);
    CHECK(checked_bytes({2, 3}, 4) == 24);
    CHECK(checked_bytes({most}, 1) == most);
    CHECK(checked_bytes({most / 2 + 1}, 2) == std::nullopt);
    CHECK(checked_bytes({most, most}, 1) == std::nullopt);
    CHECK(checked_bytes({5, 0, 3}, 4) == 0);
    // The product of the other extents would overflow wherever somebody multiplies from the left.
    CHECK(checked_bytes({most, most, 0}, 1) == std::nullopt);
    CHECK(checked_bytes({0, most, most}, 1) == std::nullopt);
    CHECK(checked_bytes({-1}, 1) == std::nullopt);
}
