// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A page that shows texts with the uncertainty about each character.
#pragma once

#include <string>
#include <vector>

namespace blue_examples {

/// A character, and how uncertain the model was before it came.
struct ShownCharacter {
    char character;
    double entropy;      ///< nats
    double information;  ///< nats: the part that comes from the weights
};
using ShownText = std::vector<ShownCharacter>;

struct TextSection {
    std::string heading, note;
    std::vector<ShownText> texts;
};

/// Writes a self-contained page; a bar of `most` nats has the full height. Throws FileError.
void write_text_page(const std::string& path, const std::string& title, const std::string& caption,
                     const std::vector<TextSection>& sections, double most);

}  // namespace blue_examples
