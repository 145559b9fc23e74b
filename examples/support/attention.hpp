// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the heads of an attention look at, and how sure the posterior is about it.
#pragma once

#include <blue/config.hpp>

#include "text_page.hpp"

#include <string>
#include <vector>

namespace blue_examples {

/// A weight of an attention over draws of the network's weights.
struct AttentionWeight {
    double mean, std;
};
/// Those of one head, for each character.
using HeadAttention = std::vector<AttentionWeight>;

/// What each head gives to the characters of a text when the next one is predicted: the last rows
/// of `weights`, (draws, heads, length, length), `weights_per_head{}` of one sequence. Throws
/// ShapeError when these are not as many.
std::vector<HeadAttention> attention_at_the_end(const std::vector<float>& weights,
                                                blue::Index draws, blue::Index heads,
                                                blue::Index length);

/// Bars that end one standard deviation above the mean, and change colour one below it.
ShownText shown_attention(const std::string& text, const HeadAttention& head);
TextLegend attention_legend();

}  // namespace blue_examples
