// SPDX-License-Identifier: BSD-3-Clause
#include "examples/support/attention.cpp"

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace blue_examples;
using blue_test::message_of;

TEST_CASE("means and standard deviations of the last row of each head") {
    // Two draws, two heads, two characters; the first rows are not looked at.
    const std::vector<float> weights{9, 9, 0.25f, 0.75f, 9, 9, 0.5f, 0.5f,   // draw 0
                                     9, 9, 0.75f, 0.25f, 9, 9, 0.5f, 0.5f};  // draw 1
    const auto heads = attention_at_the_end(weights, 2, 2, 2);
    REQUIRE(heads.size() == 2);
    REQUIRE(heads[0].size() == 2);
    for (const auto& weight : heads[0]) {
        CHECK(weight.mean == 0.5);
        CHECK(weight.std == std::sqrt(0.125));  // with draws - 1
    }
    for (const auto& weight : heads[1]) {
        CHECK(weight.mean == 0.5);
        CHECK(weight.std == 0);
    }
    CHECK(attention_at_the_end({0.5f}, 1, 1, 1)[0][0].std == 0);
    CHECK(message_of<blue::ShapeError>([&] { attention_at_the_end(weights, 2, 2, 3); }) ==
          "attention: expected 36 weights, got 16");
}

TEST_CASE("a bar ends a standard deviation above the mean") {
    const ShownText shown = shown_attention("ab", {{0.75, 0.125}, {0.25, 0.5}});
    REQUIRE(shown.size() == 2);
    CHECK(shown[0].character == 'a');
    CHECK(shown[0].lower == 0.625);
    CHECK(shown[0].upper == 0.25);
    CHECK(shown[1].character == 'b');
    CHECK(shown[1].lower == 0);
    CHECK(shown[1].upper == 0.75);
}
