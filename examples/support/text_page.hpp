// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A page that shows texts with a bar above each character.
#pragma once

#include <string>
#include <vector>

namespace blue_examples {

/// A character, and the heights of the two parts of the bar above it.
struct ShownCharacter {
    char character;
    double lower, upper;
};
using ShownText = std::vector<ShownCharacter>;

/// What bars are, as parts of sentences.
struct TextLegend {
    std::string bar, lower, upper;
    double most;       ///< a bar of this height has the full height
    std::string unit;  ///< behind that number
};

struct TextSection {
    std::string heading, note;
    std::vector<ShownText> texts;
};

/// Writes a self-contained page. Throws FileError.
void write_text_page(const std::string& path, const std::string& title, const std::string& caption,
                     const TextLegend& legend, const std::vector<TextSection>& sections);

}  // namespace blue_examples
