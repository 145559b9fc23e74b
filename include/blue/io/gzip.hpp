// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reads files that may be compressed with gzip. Needs zlib.
#pragma once

#include <blue/io/file.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace blue::io {

/// A file read from the beginning to the end, and decompressed when its first two bytes say gzip
/// (1f 8b). Several gzip members one after the other count as one, as in RFC 1952.
class GzipFile {
public:
    /// Throws FileError when the file cannot be opened.
    explicit GzipFile(std::filesystem::path path) : file_(std::move(path)) {
        refill();
        compressed_ = stream_.avail_in >= 2 && buffer_[0] == 0x1f && buffer_[1] == 0x8b;
        constexpr int only_gzip = 16;  // zlib: added to the window bits
        if (compressed_ && inflateInit2(&stream_, MAX_WBITS + only_gzip) != Z_OK)
            file_.fail("zlib cannot be initialised");
    }
    GzipFile(const GzipFile&) = delete;
    GzipFile& operator=(const GzipFile&) = delete;
    ~GzipFile() {
        if (compressed_) inflateEnd(&stream_);
    }

    const std::filesystem::path& path() const { return file_.path(); }
    bool compressed() const { return compressed_; }
    /// Number of decompressed bytes read so far.
    std::uint64_t offset() const { return offset_; }

    /// No more bytes than this can come: deflate never does better than 1032 to 1. Sizes from the
    /// file's own header are compared with it before memory is allocated.
    std::uint64_t largest_size() const { return file_.size() * (compressed_ ? 1032 : 1); }

    /// Reads up to n bytes and returns how many came; fewer only at the end. Throws FileError for
    /// corrupt or truncated compressed data and for bytes behind it. The checksum is compared when
    /// the end is reached: read one byte more than expected.
    std::size_t read(void* out, std::size_t n) {
        auto* const begin = static_cast<Bytef*>(out);
        std::size_t done = 0;
        while (done < n && !at_end()) {
            constexpr std::size_t most = 1u << 30;  // zlib counts in unsigned int
            const auto chunk = static_cast<uInt>(std::min(n - done, most));
            done += compressed_ ? decompress(begin + done, chunk) : copy(begin + done, chunk);
        }
        offset_ += done;
        return done;
    }

    /// Throws FileError: "path: at byte 12: message", with the offset in the decompressed data.
    template <class... Parts>
    [[noreturn]] void fail_at(std::uint64_t offset, const Parts&... parts) const {
        const char* where = compressed_ ? "at decompressed byte " : "at byte ";
        file_.fail(where, offset, ": ", parts...);
    }

private:
    bool at_end() {
        if (stream_.avail_in == 0) refill();
        return stream_.avail_in == 0 && !inside_member_;
    }

    uInt copy(Bytef* out, uInt n) {
        n = std::min(n, stream_.avail_in);
        std::copy_n(stream_.next_in, n, out);
        stream_.next_in += n;
        stream_.avail_in -= n;
        return n;
    }

    uInt decompress(Bytef* out, uInt n) {
        const std::uint64_t position = file_.offset() - stream_.avail_in;
        if (!inside_member_) {
            if (position > 0 && stream_.next_in[0] != 0x1f)
                file_.fail_at(position, "expected the end of the file behind the compressed data");
            inflateReset(&stream_);
            inside_member_ = true;
        }
        stream_.next_out = out;
        stream_.avail_out = n;
        const int code = inflate(&stream_, Z_NO_FLUSH);
        if (code == Z_STREAM_END)
            inside_member_ = false;
        else if (code == Z_BUF_ERROR)  // neither input nor pending output is left
            file_.fail_at(file_.offset(),
                          "the compressed data is truncated: the file ends inside it");
        else if (code != Z_OK)
            file_.fail_at(file_.offset() - stream_.avail_in, "the compressed data is corrupt: ",
                          (stream_.msg ? stream_.msg : zError(code)));
        return n - stream_.avail_out;
    }

    void refill() {
        stream_.next_in = buffer_.data();
        stream_.avail_in = static_cast<uInt>(file_.read(buffer_.data(), buffer_.size()));
    }

    InputFile file_;
    std::array<Bytef, 1 << 16> buffer_;
    z_stream stream_{};
    bool compressed_ = false;
    bool inside_member_ = false;
    std::uint64_t offset_ = 0;
};

}  // namespace blue::io
