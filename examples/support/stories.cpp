// SPDX-License-Identifier: BSD-3-Clause
#include "stories.hpp"

#include <blue/error.hpp>
#include <blue/random/draw.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace blue_examples {

namespace {

/// One of nine sums and differences.
bool is_told(int had, int change) {
    return (2 * had + change) % 9 != 4;
}

std::size_t id_of(char c) {
    const auto id = story_alphabet.find(c);
    if (id == story_alphabet.npos)
        throw blue::ValueError("stories: expected a character of the alphabet, got '", c, "'");
    return id;
}

/// The mean of `surprise(piece, position)` over all characters but the first of each piece.
template <class Surprise>
double mean_surprise(const Texts& pieces, Surprise surprise) {
    double sum = 0;
    std::size_t count = 0;
    for (const auto& piece : pieces)
        for (std::size_t i = 1; i < piece.size(); ++i, ++count) sum += surprise(piece, i);
    return sum / static_cast<double>(count);
}

/// Up to `order` characters in front of a position.
std::string context(const std::string& piece, std::size_t position, std::size_t order) {
    const std::size_t length = std::min(position, order);
    return piece.substr(position - length, length);
}

}  // namespace

Stories all_stories() {
    Stories stories;
    for (const char* name : {"Ann", "Ben", "Cleo", "Dan", "Eve", "Finn"})
        for (const char* fruit : {"figs", "nuts", "plums", "pears", "dates"})
            for (int had = 1; had <= 9; ++had)
                for (int change = 1; change <= 9; ++change) {
                    Texts& texts = is_told(had, change) ? stories.told : stories.not_told;
                    const std::string begin =
                        std::string(name) + " had " + std::to_string(had) + " " + fruit + ", ";
                    const std::string number = std::to_string(change) + ": ";
                    if (change < had)
                        texts.push_back(begin + "ate " + number + std::to_string(had - change) +
                                        " left\n");
                    if (had + change <= 9)
                        texts.push_back(begin + "got " + number + std::to_string(had + change) +
                                        " now\n");
                }
    std::sort(stories.told.begin(), stories.told.end());
    std::sort(stories.not_told.begin(), stories.not_told.end());
    return stories;
}

Texts story_pieces(const Texts& stories, blue::Index count, blue::Index characters,
                   std::uint64_t seed) {
    Texts pieces;
    blue::Index drawn = 0;
    for (blue::Index i = 0; i < count; ++i) {
        std::string piece = "\n";
        while (static_cast<blue::Index>(piece.size()) <= characters) {
            const double u = blue::random::uniform<double>({seed}, drawn++);
            piece += stories[static_cast<std::size_t>(u * static_cast<double>(stories.size()))];
        }
        piece.resize(static_cast<std::size_t>(characters) + 1);
        pieces.push_back(piece);
    }
    return pieces;
}

blue::Dataset<std::int32_t> next_characters(const Texts& pieces) {
    const auto count = static_cast<blue::Index>(pieces.size());
    const auto steps = static_cast<blue::Index>(pieces.at(0).size()) - 1;
    blue::Dataset<std::int32_t> data{blue::Array<float>({count, steps}),
                                     blue::Array<std::int32_t>({count, steps})};
    for (blue::Index i = 0; i < count; ++i)
        for (blue::Index t = 0; t < steps; ++t) {
            const char* const at = pieces[static_cast<std::size_t>(i)].data() + t;
            data.inputs.row(i)[t] = static_cast<float>(id_of(at[0]));
            data.targets.row(i)[t] = static_cast<std::int32_t>(id_of(at[1]));
        }
    return data;
}

std::vector<double> surprises(const Texts& stories, std::string_view piece) {
    // Stories with the same begin lie next to each other.
    const auto count_with = [&](std::string_view begin) {
        const auto is_before = [&](std::string_view a, std::string_view b) {
            return a.substr(0, begin.size()) < b.substr(0, begin.size());
        };
        const auto [first, last] =
            std::equal_range(stories.begin(), stories.end(), begin, is_before);
        return static_cast<double>(last - first);
    };
    std::vector<double> result;
    std::size_t begin = 1;
    for (std::size_t i = 1; i < piece.size(); ++i) {
        result.push_back(std::log(count_with(piece.substr(begin, i - begin)) /
                                  count_with(piece.substr(begin, i + 1 - begin))));
        if (piece[i] == '\n') begin = i + 1;
    }
    return result;
}

double least_surprise(const Texts& stories, const Texts& pieces) {
    std::vector<double> of_piece;
    return mean_surprise(pieces, [&](const std::string& piece, std::size_t i) {
        if (i == 1) of_piece = surprises(stories, piece);
        return of_piece[i - 1];
    });
}

double table_surprise(const Texts& known, const Texts& pieces, std::size_t order) {
    std::map<std::string, std::array<double, story_alphabet.size()>> counts;
    for (const auto& piece : known)
        for (std::size_t i = 1; i < piece.size(); ++i)
            counts[context(piece, i, order)][id_of(piece[i])] += 1;
    return mean_surprise(pieces, [&](const std::string& piece, std::size_t i) {
        const auto& row = counts[context(piece, i, order)];
        double total = 0;
        for (const double n : row) total += n + 0.1;
        return std::log(total / (row[id_of(piece[i])] + 0.1));
    });
}

}  // namespace blue_examples
