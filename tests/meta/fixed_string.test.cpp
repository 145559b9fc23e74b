// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/fixed_string.hpp>

#include "support/catch.hpp"

#include <string>
#include <type_traits>

using blue::fixed_string, blue::spell, blue::spelled;
using namespace blue::literals;

static_assert(fixed_string("weight").size() == 6);
static_assert(fixed_string("weight")[2] == 'i');
static_assert(fixed_string("log_") + fixed_string("std") == fixed_string("log_std"));
static_assert(fixed_string() + fixed_string("std") == fixed_string("std"));
static_assert(fixed_string("a") != fixed_string("b") && fixed_string("a") != fixed_string("ab"));
static_assert(fixed_string().size() == 0 && fixed_string("") == fixed_string());

// Across the words that hold the characters, to the last one.
constexpr fixed_string longest("abcdefghijklmnopqrstuvwxyz012345");
static_assert(longest.size() == fixed_string::capacity);
static_assert(longest[7] == 'h' && longest[8] == 'i' && longest[31] == '5');
static_assert(fixed_string("abcdefghijklmnop") + fixed_string("qrstuvwxyz012345") == longest);
// Spelled member by member, as nvcc does.
static_assert(fixed_string(longest.word0, longest.word1, longest.word2, longest.word3) == longest);

// Two names are one type when they are equal.
static_assert(std::is_same_v<decltype("gate"_v), blue::name<"gate">>);
static_assert(!std::is_same_v<blue::name<"gate">, blue::name<"gates">>);
static_assert(decltype("gate"_v)::text == fixed_string("gate"));

// As messages spell them.
static_assert(std::is_same_v<spell<"abc">::type, spelled<'a', 'b', 'c'>>);
static_assert(std::is_same_v<spell<"">::type, spelled<>>);
static_assert(
    std::is_same_v<spell<fixed_string("a") + fixed_string("b")>::type, spelled<'a', 'b'>>);

TEST_CASE("a fixed string is its text") {
    CHECK(fixed_string("log_std").str() == "log_std");
    CHECK(longest.str() == "abcdefghijklmnopqrstuvwxyz012345");
    CHECK(fixed_string("").str().empty());
}
