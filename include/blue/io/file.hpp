// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What all readers share: a file that is read in order, with exact errors, and checked sizes.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace blue::io {

/// A regular file, read from the beginning to the end.
class InputFile {
public:
    /// Throws FileError when there is no such regular file or it may not be read.
    explicit InputFile(std::filesystem::path path) : path_(std::move(path)) {
        std::error_code code;
        const auto status = std::filesystem::status(path_, code);
        if (!std::filesystem::exists(status)) fail("expected a file, but there is none");
        if (!std::filesystem::is_regular_file(status)) fail("expected a regular file");
        file_.reset(std::fopen(path_.c_str(), "rb"));
        if (!file_) fail("cannot be opened for reading: ", std::strerror(errno));
        size_ = std::filesystem::file_size(path_, code);
        if (code) fail("cannot get the size: ", code.message());
    }

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; }
    /// Number of bytes read so far.
    std::uint64_t offset() const { return offset_; }

    /// Reads up to n bytes and returns how many came; fewer only at the end of the file.
    std::size_t read(void* out, std::size_t n) {
        const std::size_t got = std::fread(out, 1, n, file_.get());
        offset_ += got;
        if (got < n && std::ferror(file_.get())) fail_here("the file cannot be read");
        return got;
    }

    /// Throws FileError: "path: message".
    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        throw FileError(path_.string(), ": ", parts...);
    }
    /// Throws FileError: "path: at byte 12: message".
    template <class... Parts>
    [[noreturn]] void fail_at(std::uint64_t offset, const Parts&... parts) const {
        fail("at byte ", offset, ": ", parts...);
    }
    template <class... Parts>
    [[noreturn]] void fail_here(const Parts&... parts) const {
        fail_at(offset_, parts...);
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::uint64_t size_ = 0;
    std::uint64_t offset_ = 0;
};

/// The whole file as it is. Throws FileError when it cannot be read.
inline std::string read_file(const std::filesystem::path& path) {
    InputFile file(path);
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    text.resize(file.read(text.data(), text.size()));
    return text;
}

namespace detail {

/// The number of bytes of a shape that comes from a file, or nothing when it does not fit an Index.
/// Zero extents are set aside first: even (2^40, 2^40, 0) must not overflow later on.
inline std::optional<Index> checked_bytes(const std::vector<Index>& shape, Index element_size) {
    Index bytes = element_size;
    bool none = false;
    for (Index extent : shape) {
        if (extent < 0) return std::nullopt;
        if (extent == 0)
            none = true;
        else if (bytes > std::numeric_limits<Index>::max() / extent)
            return std::nullopt;
        else
            bytes *= extent;
    }
    return none ? 0 : bytes;
}

}  // namespace detail

}  // namespace blue::io
