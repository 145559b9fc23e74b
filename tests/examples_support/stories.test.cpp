// SPDX-License-Identifier: BSD-3-Clause
#include "examples/support/stories.cpp"

#include "support/catch.hpp"

#include <set>

using namespace blue_examples;

TEST_CASE("every story is told or not, and its sum is right") {
    const Stories stories = all_stories();
    CHECK(stories.told.size() == 30 * 64);
    CHECK(stories.not_told.size() == 30 * 8);
    Texts all = stories.told;
    all.insert(all.end(), stories.not_told.begin(), stories.not_told.end());
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 30 * 72);
    for (const auto& story : all) {
        const auto number_behind = [&](const std::string& word) {
            const auto at = story.find(word);
            return at == story.npos ? 0 : story[at + word.size()] - '0';
        };
        CHECK(number_behind("had ") + number_behind("got ") - number_behind("ate ") ==
              number_behind(": "));
    }
}

TEST_CASE("pieces have equally probable stories") {
    const Texts stories{"a\n", "d\n", "f\n"};
    const Texts pieces = story_pieces(stories, 1000, 7, 5);
    CHECK(pieces == story_pieces(stories, 1000, 7, 5));
    CHECK(pieces != story_pieces(stories, 1000, 7, 6));
    int count = 0;
    for (const auto& piece : pieces) {
        CHECK(piece.size() == 8);
        CHECK(piece[0] == '\n');
        CHECK((piece[1] == 'a' || piece[1] == 'd' || piece[1] == 'f'));
        for (const char c : piece) count += c == 'a';
    }
    // 4 stories in each: a third of 4000, with a standard deviation of 30. Fixed seed.
    CHECK(std::abs(count - 4000 / 3) < 100);
}

TEST_CASE("targets are the inputs one character later") {
    const auto data = next_characters({"\nad", "\nfa"});
    const auto id = [](char c) { return static_cast<std::int32_t>(story_alphabet.find(c)); };
    CHECK(data.inputs.shape() == std::vector<blue::Index>{2, 2});
    CHECK(std::vector<float>(data.inputs.begin(), data.inputs.end()) ==
          std::vector<float>{0, static_cast<float>(id('a')), 0, static_cast<float>(id('f'))});
    CHECK(std::vector<std::int32_t>(data.targets.begin(), data.targets.end()) ==
          std::vector<std::int32_t>{id('a'), id('d'), id('f'), id('a')});
    CHECK_THROWS_AS(next_characters({"\n?"}), blue::ValueError);
}

TEST_CASE("surprises are those of equally probable stories") {
    const Texts stories{"aa\n", "ad\n", "da\n"};
    // After the first line break: 2 of 3, then 1 of 2, then 1 of 1; then 1 of 3.
    const auto of_piece = surprises(stories, "\nad\nd");
    REQUIRE(of_piece.size() == 4);
    CHECK(of_piece[0] == Approx(std::log(1.5)));
    CHECK(of_piece[1] == Approx(std::log(2)));
    CHECK(of_piece[2] == 0);
    CHECK(of_piece[3] == Approx(std::log(3)));
    CHECK(least_surprise(stories, {"\nad\nd"}) == Approx(std::log(9) / 4));
    // A whole story costs the logarithm of their number.
    const Stories all = all_stories();
    for (const auto* told : {&all.told, &all.not_told})
        CHECK(least_surprise(*told, {"\n" + told->at(7)}) *
                  static_cast<double>(told->at(7).size()) ==
              Approx(std::log(told->size())));
}

TEST_CASE("a table knows how often a character followed") {
    const auto with = [](double count, double total) { return std::log(total / count); };
    constexpr double all = 0.1 * story_alphabet.size();
    const Texts known{"\naad"};
    CHECK(table_surprise(known, {"\nda"}, 0) ==
          Approx((with(1.1, 3 + all) + with(2.1, 3 + all)) / 2));
    CHECK(table_surprise(known, {"\naf"}, 1) ==
          Approx((with(1.1, 1 + all) + with(0.1, 2 + all)) / 2));
    CHECK(table_surprise(known, {"\naa"}, 5) == Approx(with(1.1, 1 + all)));
}
