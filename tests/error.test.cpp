// SPDX-License-Identifier: BSD-3-Clause
#include <blue/error.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

TEST_CASE("A message is made of its parts") {
    const blue::ShapeError error("expected ", 3, " of ", std::string("name"), ", got ",
                                 std::string_view("nothing"), ' ', std::int64_t{-4});
    CHECK(std::string(error.what()) == "expected 3 of name, got nothing -4");
}

TEST_CASE("Numbers in messages have the digits that they need") {
    const blue::ValueError error("", 0.1f, " ", -1e-9, " ", 1e300, " ", 0.5, " ",
                                 std::numeric_limits<std::uint64_t>::max(), " ",
                                 std::numeric_limits<double>::infinity());
    CHECK(std::string(error.what()) == "0.1 -1e-09 1e+300 0.5 18446744073709551615 inf");
}

TEST_CASE("A message may be one text") {
    CHECK(std::string(blue::FileError("a file").what()) == "a file");
    CHECK(std::string(blue::NumericalError(std::string("not a number")).what()) == "not a number");
}

namespace {

/// What one of the checks of options says about a value; empty when it passes.
std::string complaint(void (*check)(const char*, const char*, double), double value) {
    try {
        check("StudentT", "df", value);
    } catch (const blue::ValueError& thrown) {
        return thrown.what();
    }
    return {};
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("Options that must be positive") {
    const auto error = [](double value) { return complaint(blue::require_positive, value); };
    CHECK(error(1e-300).empty());
    CHECK(error(0) == "StudentT: expected a positive, finite df, got 0");
    for (double value : {-1., infinity, not_a_number}) CHECK_FALSE(error(value).empty());
}

TEST_CASE("Options that must not be negative") {
    const auto error = [](double value) { return complaint(blue::require_not_negative, value); };
    CHECK(error(0).empty());
    CHECK(error(1e300).empty());
    CHECK(error(-0.5) == "StudentT: expected a finite df of at least 0, got -0.5");
    for (double value : {infinity, -infinity, not_a_number}) CHECK_FALSE(error(value).empty());
}

TEST_CASE("Options that are shares") {
    const auto error = [](double value) { return complaint(blue::require_share, value); };
    CHECK(error(0).empty());
    CHECK(error(0.999).empty());
    CHECK(error(1) == "StudentT: expected a df of at least 0 and below 1, got 1");
    for (double value : {-0.1, infinity, not_a_number}) CHECK_FALSE(error(value).empty());
}
