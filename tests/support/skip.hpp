// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Says visibly that something was not tested, for example because there is no GPU.
#pragma once

#include <cstdio>

namespace blue_test {

/// Reasons given so far in this program.
inline int skip_count = 0;

/// Call it in a test case and return. When nothing fails, CTest reports the program as skipped:
/// unlike a match on the output, which would hide failures, main() decides that from the result.
inline void skip(const char* reason) {
    ++skip_count;
    std::printf("SKIPPED: %s\n", reason);
}

}  // namespace blue_test
