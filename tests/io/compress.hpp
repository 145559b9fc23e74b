// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// gzip for tests of the readers.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace blue_test {

/// The content as one gzip member.
inline std::string gzip(std::string_view content) {
    z_stream stream{};
    constexpr int gzip_format = 16;
    deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + gzip_format, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, content.size()) + 100, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace blue_test
