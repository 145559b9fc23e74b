// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A user's program: the version that it was built with is the version that it asked CMake for.
#include <blue/version.hpp>

#include <cstdio>
#include <string>

int main() {
    const std::string version = std::to_string(blue::version_major) + "." +
                                std::to_string(blue::version_minor) + "." +
                                std::to_string(blue::version_patch);
    std::printf("blue %s, asked for %s\n", version.c_str(), VERSION);
    return version == VERSION ? 0 : 1;
}
