// SPDX-License-Identifier: BSD-3-Clause
// The sentences are tested in tests/compile_fail/layer.
#include <blue/concepts/window.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;
using namespace blue::detail;

TEST_CASE("one number of a window stands for all axes") {
    STATIC_REQUIRE(axis_numbers<3, stride<2>>::value == std::array<Index, 3>{2, 2, 2});
    STATIC_REQUIRE(axis_numbers<2, padding<0, 1>>::value == std::array<Index, 2>{0, 1});
    STATIC_REQUIRE(axis_numbers<2, padding<0>>::fits);
    STATIC_REQUIRE(!axis_numbers<2, stride<0>>::fits);
    STATIC_REQUIRE(!axis_numbers<2, stride<1, 2, 3>>::fits);
    STATIC_REQUIRE(!axis_numbers<2, window_extents<>>::fits);
}

TEST_CASE("extents are a number or window<...>") {
    STATIC_REQUIRE(std::is_same_v<extents_of<3>::type, window_extents<3>>);
    STATIC_REQUIRE(std::is_same_v<extents_of<window<3, 5>>::type, window_extents<3, 5>>);
}

TEST_CASE("options are found in any order") {
    STATIC_REQUIRE(std::is_same_v<option_of<stride, void, padding<1>, stride<2>>::type, stride<2>>);
    STATIC_REQUIRE(std::is_same_v<option_of<stride, void, padding<1>>::type, void>);
    STATIC_REQUIRE(is_option<stride, stride<2>> && !is_option<stride, padding<2>>);
}
