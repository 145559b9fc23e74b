// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What laws return, for tests.
#pragma once

#include <string>
#include <vector>

namespace blue_test {

/// The sentences about what failed; equal to `Failures{}` when nothing did.
using Failures = std::vector<std::string>;

/// Whether a sentence contains the text.
inline bool mentions(const Failures& failures, const std::string& text) {
    for (const std::string& sentence : failures)
        if (sentence.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace blue_test
