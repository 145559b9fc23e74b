// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A program of a user: the whole library, and the version that was asked of CMake.
#include <blue/blue.hpp>

#include <cstdio>
#include <string>

int main() {
    const std::string version = std::to_string(blue::version_major) + "." +
                                std::to_string(blue::version_minor) + "." +
                                std::to_string(blue::version_patch);
    std::printf("blue %s, asked for %s\n", version.c_str(), VERSION);
    return version == VERSION ? 0 : 1;
}
