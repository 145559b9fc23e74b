// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/path.hpp>

#include "support/catch.hpp"

#include <string>
#include <type_traits>

using blue::path;

static_assert(blue::path_name<path<>> == "");
static_assert(blue::path_name<path<2, 0, "gated">> == "2.0.gated");
static_assert(blue::path_name<path<10, 123>> == "10.123");
static_assert(blue::parameter_name<path<0>, "weight", "mean"> == "0._weight_mean");
static_assert(blue::parameter_name<path<>, "bias", "log_std"> == "_bias_log_std");
static_assert(blue::parameter_name<path<2, "gated">, "gate", "log_std"> == "2.gated._gate_log_std");
static_assert(std::is_same_v<path<1>::append<"a", 2>, path<1, "a", 2>>);
static_assert(path<1, "a">::size == 2);
static_assert(blue::key(1) != blue::key("a") && blue::key("a") == blue::key("a"));

TEST_CASE("names of parameters are torch_blue's") {
    CHECK(std::string(blue::parameter_name<path<4>, "weight", "log_scale">) ==
          "4._weight_log_scale");
}
