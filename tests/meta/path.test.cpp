// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/path.hpp>

#include "support/catch.hpp"

#include <string>
#include <type_traits>

using namespace blue;

static_assert(path_name<path<>> == "");
static_assert(path_name<path<0>> == "0");
static_assert(path_name<path<2, 0, "gated">> == "2.0.gated");
static_assert(path_name<path<10, 123>> == "10.123");

// State-dict names, as torch_blue spells them.
static_assert(parameter_name<path<0>, "weight", "mean"> == "0._weight_mean");
static_assert(parameter_name<path<2, 0>, "bias", "log_std"> == "2.0._bias_log_std");
static_assert(parameter_name<path<>, "bias", "log_std"> == "_bias_log_std");
static_assert(parameter_name<path<2, "gated">, "gate", "log_std"> == "2.gated._gate_log_std");
static_assert(parameter_name<path<"out_proj">, "weight", "mean"> == "out_proj._weight_mean");

static_assert(std::is_same_v<path<1>::append<"a", 2>, path<1, "a", 2>>);
static_assert(std::is_same_v<path<>::append<>, path<>>);
static_assert(path<1, "a">::size == 2 && path<>::size == 0);

// A number is a position, text a name; they are never equal.
static_assert(key(1) != key("1") && key("a") == key("a") && key(0) != key(1));
static_assert(key(fixed_string("gated")) == key("gated"));

// As messages spell them.
static_assert(std::is_same_v<spell_path<path<2, "ab">>, spelled<'2', '.', 'a', 'b'>>);
static_assert(std::is_same_v<spell_path<path<>>, spelled<>>);

TEST_CASE("long paths are whole") {
    using Deep = path<0, "abcdefghijklmnopqrstuvwxyzabcdef", 11, "abcdefghijklmnopqrstuvwxyzabcdef",
                      222, "abcdefghijklmnopqrstuvwxyzabcdef">;
    const std::string name = "abcdefghijklmnopqrstuvwxyzabcdef";
    CHECK(path_name<Deep> == "0." + name + ".11." + name + ".222." + name);
    CHECK(parameter_name<Deep, "weight", "log_scale"> ==
          "0." + name + ".11." + name + ".222." + name + "._weight_log_scale");
}
