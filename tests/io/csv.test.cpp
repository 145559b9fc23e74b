// SPDX-License-Identifier: BSD-3-Clause
#include <blue/io/csv.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using blue::Index;
using blue::io::CsvOptions;
using blue::io::read_csv;
using blue::io::Table;
using blue_test::TemporaryFolder;

namespace {

Table parse(const std::string& text, const CsvOptions& options = {}) {
    TemporaryFolder folder;
    return read_csv(folder.file("table", text), options);
}

std::vector<double> numbers(const Table& table) {
    return {table.values.begin(), table.values.end()};
}

/// The message without the folder: "table:1:3: expected ...".
std::string error_of(const std::string& text, const CsvOptions& options = {}) {
    const std::string message =
        blue_test::message_of<blue::FileError>([&] { parse(text, options); });
    return message.substr(message.rfind('/') + 1);
}

const CsvOptions white_space{.separator = ' '};

}  // namespace

TEST_CASE("numbers separated by commas") {
    const Table table = parse("1,2.5,-3e2\n.5,+6,7.\n");
    CHECK(table.values.shape() == std::vector<Index>{2, 3});
    CHECK(numbers(table) == std::vector<double>{1, 2.5, -300, 0.5, 6, 7});
    CHECK(table.columns.empty());
}

TEST_CASE("numbers are read to the last bit") {
    const Table table = parse("0.1,1.7976931348623157e308,4.9406564584124654e-324\n");
    CHECK(numbers(table) == std::vector<double>{0.1, std::numeric_limits<double>::max(),
                                                std::numeric_limits<double>::denorm_min()});
}

TEST_CASE("columns separated by white space") {
    const Table table = parse("  0.00632  18.00\t2.310 \n\t1 \t 2 3\t\n", white_space);
    CHECK(table.values.shape() == std::vector<Index>{2, 3});
    CHECK(numbers(table) == std::vector<double>{0.00632, 18, 2.31, 1, 2, 3});
}

TEST_CASE("other separators, with blanks around them") {
    CHECK(numbers(parse("1 ; 2;3 \n", {.separator = ';'})) == std::vector<double>{1, 2, 3});
    CHECK(numbers(parse("1\t2 \t 3\n", {.separator = '\t'})) == std::vector<double>{1, 2, 3});
    CHECK(error_of("1\t\t3\n", {.separator = '\t'}) == "table:1:3: expected a number, got \"\"");
    // Missing numbers, no blank line: without the row the others would not fit to those of a file
    // beside it.
    CHECK(error_of("1\t2\n\t\n", {.separator = '\t'}) == "table:2:1: expected a number, got \"\"");
}

TEST_CASE("names of columns, quoted or not") {
    const Table table = parse("\"fixed; acidity\";pH; \"the \"\"best\"\"\"\n1;2;\"3\"\n",
                              {.separator = ';', .header = true});
    CHECK(table.columns == std::vector<std::string>{"fixed; acidity", "pH", "the \"best\""});
    CHECK(numbers(table) == std::vector<double>{1, 2, 3});
}

TEST_CASE("line ends, byte order mark, blank lines, comments") {
    CHECK(numbers(parse("\xef\xbb\xbf"
                        "1,2\r\n3,4\r\n")) == std::vector<double>{1, 2, 3, 4});
    CHECK(numbers(parse("1,2\n3,4")) == std::vector<double>{1, 2, 3, 4});
    CHECK(numbers(parse("\n1,2\n \n\n3,4\n\n")) == std::vector<double>{1, 2, 3, 4});
    CHECK(numbers(parse("# a\n1\n#2\n3\n", {.comment = '#'})) == std::vector<double>{1, 3});
    CHECK(error_of("#1\n") == "table:1:1: expected a number, got \"#1\"");
}

TEST_CASE("a table without rows") {
    CHECK(parse("").values.shape() == std::vector<Index>{0, 0});
    CHECK(parse("a,b\n", {.header = true}).values.shape() == std::vector<Index>{0, 2});
    CHECK(error_of("", {.header = true}) ==
          "table:0:1: expected a line with the names of the columns");
}

TEST_CASE("what is no number is an error with line and column") {
    CHECK(error_of("1,2\n3,abc\n") == "table:2:3: expected a number, got \"abc\"");
    CHECK(error_of("1,2 3\n") == "table:1:3: expected a number, got \"2 3\"");
    CHECK(error_of("1,,3\n") == "table:1:3: expected a number, got \"\"");
    CHECK(error_of("1,0x10\n") == "table:1:3: expected a number, got \"0x10\"");
    CHECK(error_of("1;2\n") == "table:1:1: expected a number, got \"1;2\"");
    CHECK(error_of("+-1\n") == "table:1:1: expected a number, got \"+-1\"");
    CHECK(error_of("\n\n  1   x\n", white_space) == "table:3:7: expected a number, got \"x\"");
    CHECK(error_of("1,1e999\n") ==
          "table:1:3: expected a number in the range of a double, got \"1e999\"");
}

TEST_CASE("numbers that are not finite have to be allowed") {
    for (const char* text : {"inf", "-inf", "+inf", "nan", "NaN", "infinity"})
        CHECK(error_of(std::string("1,") + text) ==
              std::string("table:1:3: expected a finite number, got \"") + text + "\"");
    const Table table = parse("nan,-inf,1\n", {.allow_non_finite = true});
    CHECK(std::isnan(table.values[0]));
    CHECK(table.values[1] == -std::numeric_limits<double>::infinity());
}

TEST_CASE("every line has the same number of columns") {
    CHECK(error_of("1,2\n3\n") == "table:2:2: expected 2 columns, got 1");
    CHECK(error_of("1,2\n3,4,5\n") == "table:2:5: expected 2 columns, got more: \"5\"");
    CHECK(error_of("1 2\n3 4 5\n", white_space) ==
          "table:2:5: expected 2 columns, got more: \"5\"");
    CHECK(error_of("a,b\n1,2,3\n", {.header = true}) ==
          "table:2:5: expected 2 columns, got more: \"3\"");
    CHECK(error_of("1,2,\n3,4,5\n") == "table:1:5: expected a number, got \"\"");
}

TEST_CASE("quotes have to be closed and followed by a separator") {
    CHECK(error_of("1,\"2\n") == "table:1:3: expected a closing quote on the same line");
    CHECK(error_of("\"1\"2,3\n") == "table:1:4: expected ',' or the end of the line behind \"1\"");
}

TEST_CASE("a missing table is an error") {
    TemporaryFolder folder;
    CHECK(blue_test::file_error(folder / "missing", [](const auto& path) { read_csv(path); }) ==
          "expected a file, but there is none");
}
