// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The version of the library. CMake reads it from here, so it is written once.
#pragma once

namespace blue {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace blue
