// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A language whose every probability is known: one-line stories about sums and differences.
#pragma once

#include <blue/tensor/dataset.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blue_examples {

using Texts = std::vector<std::string>;

/// The characters of the stories; a character's id is its position.
inline constexpr std::string_view story_alphabet = "\n ,:123456789ABCDEFadefghilmnoprstuvw";

/// All stories, sorted, with a line break at their end: "Ann had 7 figs, ate 3: 4 left" and "Ben
/// had 2 nuts, got 5: 7 now", for 6 names, 5 fruits, and the 72 sums and differences in which all
/// three numbers have one digit.
struct Stories {
    Texts told;      ///< with 64 of them
    Texts not_told;  ///< with the 8 others
};
Stories all_stories();

/// Pieces of text: a line break, then characters of stories, each of which is drawn from `stories`
/// with equal probabilities.
Texts story_pieces(const Texts& stories, blue::Index count, blue::Index characters,
                   std::uint64_t seed);

/// Examples to learn the next character from: the ids of all characters of a piece but the last,
/// and those of all but the first. Throws ValueError for a character that no story has.
blue::Dataset<std::int32_t> next_characters(const Texts& pieces);

/// What remains unknown to who knows the language: -log p of each character of a piece but the
/// first, given those before it, in nats.
std::vector<double> surprises(const Texts& stories, std::string_view piece);

/// Its mean over pieces: no model can be better on average.
double least_surprise(const Texts& stories, const Texts& pieces);

/// The same mean for a table of how often each character follows the `order` characters before it
/// in the `known` pieces, each count plus 0.1.
double table_surprise(const Texts& known, const Texts& pieces, std::size_t order);

}  // namespace blue_examples
