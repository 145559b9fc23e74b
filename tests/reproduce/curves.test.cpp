// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/curves.hpp"

#include "support/catch.hpp"

using namespace blue_reproduce;

namespace {

int occurrences(const std::string& text, const std::string& part) {
    int count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("values stand in the range of a panel, others at its border") {
    const Panel linear{"", {}, 1, 3}, logarithmic{"", {}, 1, 100, true};
    CHECK(linear.height(1) == 0);
    CHECK(linear.height(2.5) == 0.75);
    CHECK(linear.height(7) == 1);
    CHECK(linear.height(-1) == 0);
    CHECK(logarithmic.height(10) == Approx(0.5).epsilon(1e-15));
    CHECK(logarithmic.height(0.5) == 0);
}

TEST_CASE("a plot has each curve in each panel and once in the legend") {
    const std::vector<Curve> curves{{"one", {0, 1, 0.5}}, {"two", {1, 0, 0}}};
    const std::string svg = plot({{"a", curves, 0, 1}, {"b", curves, 0, 2}, {"c", curves, 0, 1}});
    CHECK(occurrences(svg, "<polyline") == 3 * 2 + 2);
    CHECK(occurrences(svg, ">one</text>") == 1);
    CHECK(occurrences(svg, ">epoch 3</text>") == 3);
    // The first curve of the first panel: from the lower left to the top in the middle.
    CHECK(svg.find("points='56.0,296.0 256.0,56.0 456.0,176.0 '") != svg.npos);
    CHECK(svg.substr(svg.size() - 7) == "</svg>\n");
}
