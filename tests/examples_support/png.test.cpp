// SPDX-License-Identifier: BSD-3-Clause
#include "../../examples/support/png.hpp"

#include "support/catch.hpp"

#include <string>

using namespace blue_examples;

TEST_CASE("checksums have their published check values") {
    CHECK(detail::crc32("123456789") == 0xcbf43926u);
    CHECK(detail::crc32("") == 0u);
    CHECK(detail::adler32("Wikipedia") == 0x11e60398u);
    CHECK(detail::adler32("") == 1u);
}

TEST_CASE("base64 has the test vectors of RFC 4648") {
    CHECK(detail::base64("").empty());
    CHECK(detail::base64("f") == "Zg==");
    CHECK(detail::base64("fo") == "Zm8=");
    CHECK(detail::base64("foo") == "Zm9v");
    CHECK(detail::base64("foobar") == "Zm9vYmFy");
    CHECK(detail::base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("an image is the one that zlib and the PNG specification give") {
    // Chunks packed by a Python script with zlib.compress(rows, level=0) and zlib.crc32.
    CHECK(grey_png_uri(std::string("\x00\x55\xaa\xff\x01\x02", 6), 3, 2) ==
          "data:image/png;base64,"
          "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAE0lEQVR4AQEIAPf/"
          "AABVqgD/AQIIWQICpuyfLgAAAABJRU5ErkJggg==");
}

TEST_CASE("sizes are checked") {
    CHECK_THROWS_AS(grey_png("123", 2, 2), blue::ShapeError);
    CHECK_THROWS_AS(grey_png("", 0, 0), blue::ShapeError);
    CHECK_THROWS_AS(grey_png(std::string(256 * 256, 'x'), 256, 256), blue::ShapeError);
}
