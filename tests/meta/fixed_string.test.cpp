// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/fixed_string.hpp>

#include "support/catch.hpp"

#include <type_traits>

using blue::fixed_string;
using namespace blue::literals;

static_assert(fixed_string("weight").size() == 6);
static_assert(fixed_string("weight")[2] == 'i');
static_assert(fixed_string("log_") + fixed_string("std") == fixed_string("log_std"));
static_assert(fixed_string("a") != fixed_string("b"));
static_assert(fixed_string().size() == 0);
static_assert(fixed_string("12345678901234567890123456789012").size() == fixed_string::capacity);
static_assert(decltype("gate"_v)::text == fixed_string("gate"));
static_assert(std::is_same_v<decltype("gate"_v), blue::name<"gate">>);
static_assert(std::is_same_v<blue::spell<"abc">::type, blue::spelled<'a', 'b', 'c'>>);
static_assert(std::is_same_v<blue::spell<"">::type, blue::spelled<>>);

TEST_CASE("a fixed string is its text") {
    CHECK(fixed_string("log_std").str() == "log_std");
    CHECK(fixed_string("12345678901234567890123456789012").str() ==
          "12345678901234567890123456789012");
    CHECK(fixed_string("").str().empty());
}
