// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Folders that vanish after a test, and what reading a file throws.
#pragma once

#include <blue/error.hpp>

#include "support/message.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace blue_test {

/// An empty folder of this test alone, removed at the end of the scope.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "blue-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw blue::FileError("no temporary folder: " + pattern);
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code code;
        std::filesystem::remove_all(path_, code);
    }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    /// A file with that content in this folder.
    std::filesystem::path file(const std::string& name, std::string_view content) const {
        std::FILE* file = std::fopen((path_ / name).c_str(), "wb");
        if (!file || std::fwrite(content.data(), 1, content.size(), file) != content.size())
            throw blue::FileError("cannot write " + name);
        std::fclose(file);
        return path_ / name;
    }

    /// Names of everything in it.
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            names.push_back(entry.path().filename().string());
        return names;
    }

private:
    std::filesystem::path path_;
};

/// The message of the FileError that reading a path throws, without the path in front.
template <class F>
std::string file_error(const std::filesystem::path& path, F&& read) {
    const std::string message = message_of<blue::FileError>([&] { read(path); });
    const std::string prefix = path.string() + ": ";
    return message.substr(0, prefix.size()) == prefix ? message.substr(prefix.size()) : message;
}

}  // namespace blue_test
