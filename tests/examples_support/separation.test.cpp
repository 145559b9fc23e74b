// SPDX-License-Identifier: BSD-3-Clause
#include "examples/support/separation.cpp"

#include "support/catch.hpp"

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("the lines are the shares from each limit on") {
    const blue::Array<double> usual({4}, {0, 0, 0, 1.2}), unusual({2}, {1.2, 0.6});
    const std::string html =
        blue_examples::separation_figure(usual, "digits", unusual, "A & B", 1.2);
    CHECK(contains(html, "</span>digits and "));
    CHECK(contains(html, "A &amp; B"));
    // 412 pixels for 1.2 nats, 172 for 100 %. All have at least 0 nats, a quarter any of more.
    CHECK(contains(html, "points=\"34.0,34.0 37.4,163.0 "));
    CHECK(contains(html, "446.0,163.0 \"/>"));
    // Both up to 0.6 nats, half of them up to 1.2.
    CHECK(contains(html, "points=\"34.0,34.0 37.4,34.0 "));
    CHECK(contains(html, "240.0,34.0 243.4,120.0 "));
    CHECK(contains(html, "446.0,120.0 \"/>"));
    CHECK(!contains(html, "nan"));
}
