// SPDX-License-Identifier: BSD-3-Clause
#include "examples/support/text_page.cpp"

#include "support/catch.hpp"

#include <blue/io/file.hpp>

#include "io/files.hpp"

using namespace blue_examples;

TEST_CASE("a character has bars of both parts, of the height that the legend says") {
    blue_test::TemporaryFolder folder;
    write_text_page(folder / "page.html", "A < B", "C & D", {"a bar", "E < F", "upper", 2, " nats"},
                    {{"Heading", "Note", {{{'x', 0.75, 0.25}, {'\n', 9, 0}, {'<', 0, 0}}}}});
    const std::string page = blue::io::read_file(folder / "page.html");
    const auto contains = [&](const std::string& part) { return page.find(part) != page.npos; };
    CHECK(contains("<h1>A &lt; B</h1>\n<p>C &amp; D</p>"));
    CHECK(contains("The bar above a character is a bar: <span"));
    CHECK(contains("</span>E &lt; F, and <span"));
    CHECK(contains("</span>upper. A bar of full height is 2.00 nats.</p>"));
    CHECK(contains("<h2>Heading</h2>\n<p class=\"soft\">Note</p>"));
    // 3 rem for 2 nats, and not more.
    CHECK(
        contains("<span><i class=\"weights\" style=\"height:0.375rem\"></i>"
                 "<i class=\"data\" style=\"height:1.125rem\"></i>x</span>"));
    CHECK(contains("<i class=\"data\" style=\"height:3.000rem\"></i>\u21b5</span>"));
    CHECK(contains("height:0.000rem\"></i>&lt;</span>"));
}
