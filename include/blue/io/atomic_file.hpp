// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Files that appear complete or not at all (POSIX).
#pragma once

#include <blue/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

namespace blue::io {

/// A file under construction. What is written goes to a temporary file in the folder of the target;
/// commit() flushes it to the disk and gives it its name in one step. Readers see the old file or
/// the new one, never a part. Without a commit nothing remains.
///
/// A symbolic link to a file is followed, so the link stays. Permissions are those of a new file.
class AtomicFile {
public:
    /// Throws FileError when the folder does not take new files or the target is not a regular
    /// file, or a link to nothing.
    explicit AtomicFile(const std::filesystem::path& target) : target_(target) {
        std::error_code code;
        const auto status = std::filesystem::status(target, code);
        if (std::filesystem::exists(status)) {
            // Renaming over a device or a socket would replace it.
            if (!std::filesystem::is_regular_file(status))
                fail("cannot be written: it exists and is not a regular file");
            target_ = std::filesystem::canonical(target);
        } else if (std::filesystem::is_symlink(std::filesystem::symlink_status(target, code))) {
            fail("cannot be written: it is a symbolic link to a file that does not exist");
        }
        static std::atomic<unsigned> counter{0};
        do {
            temporary_ = target_.string() + ".tmp." + std::to_string(::getpid()) + "." +
                         std::to_string(counter++);
            descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        } while (descriptor_ < 0 && errno == EEXIST);
        if (descriptor_ < 0) fail_with_errno("cannot create a temporary file beside it");
    }

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    ~AtomicFile() { discard(); }

    /// Appends bytes. Throws FileError, for instance when the disk is full.
    void write(const void* bytes, std::size_t n) {
        if (descriptor_ < 0) fail("cannot be written to after commit() or an error");
        const char* next = static_cast<const char*>(bytes);
        while (n > 0) {
            const auto written = ::write(descriptor_, next, n);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) discard_and_fail("cannot be written");
            next += written;
            n -= static_cast<std::size_t>(written);
        }
    }
    void write(std::string_view text) { write(text.data(), text.size()); }

    /// Makes the file visible under its name. Throws FileError and leaves an old file as it was.
    void commit() {
        if (descriptor_ < 0) fail("cannot be committed twice or after an error");
        if (::fsync(descriptor_) != 0) discard_and_fail("cannot be flushed to the disk");
        const int closed = ::close(descriptor_);
        descriptor_ = -1;
        if (closed != 0 || std::rename(temporary_.c_str(), target_.c_str()) != 0)
            discard_and_fail("cannot be given its name");
        temporary_.clear();
        flush_folder();
    }

private:
    /// The new name is safe once the folder is on the disk; some file systems refuse this.
    void flush_folder() const {
        const auto parent = target_.parent_path();
        const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC);
        if (folder < 0) return;
        (void)::fsync(folder);
        ::close(folder);
    }

    void discard() noexcept {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
        temporary_.clear();
    }

    [[noreturn]] void fail(const char* message) const {
        throw FileError(target_.string(), ": ", message);
    }
    [[noreturn]] void fail_with_errno(const char* message, int error = errno) const {
        throw FileError(target_.string(), ": ", message, ": ", std::strerror(error));
    }
    [[noreturn]] void discard_and_fail(const char* message) {
        const int error = errno;
        discard();
        fail_with_errno(message, error);
    }

    std::filesystem::path target_;
    std::string temporary_;
    int descriptor_ = -1;
};

/// Writes a whole file at once; see AtomicFile.
inline void write_file(const std::filesystem::path& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

}  // namespace blue::io
