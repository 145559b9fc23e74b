// SPDX-License-Identifier: BSD-3-Clause
#include "../../examples/support/html.hpp"

#include "support/catch.hpp"

using namespace blue_examples::detail;

TEST_CASE("text cannot leave its element or attribute") {
    CHECK(escaped("a < b & \"c\" > d") == "a &lt; b &amp; &quot;c&quot; > d");
}

TEST_CASE("numbers have the digits asked for") {
    CHECK(number("%.2f", 2.302585) == "2.30");
    CHECK(number("%.0f", 99.6) == "100");
}
