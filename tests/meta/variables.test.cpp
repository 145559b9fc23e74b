// SPDX-License-Identifier: BSD-3-Clause
#include <blue/meta/variables.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;

using Weight = variable<"weight", 3, 4>;
static_assert(Weight::name == fixed_string("weight") && Weight::present);
static_assert(std::is_same_v<Weight::shape, shape<3, 4>>);
static_assert(std::is_same_v<variable<"temperature">::shape, scalar_shape>);

static_assert(std::is_same_v<optional_variable<true, "bias", 3>, variable<"bias", 3>>);
static_assert(std::is_same_v<optional_variable<false, "bias", 3>, absent_variable<"bias">>);
static_assert(!absent_variable<"bias">::present);
static_assert(absent_variable<"bias">::name == fixed_string("bias"));

// An absent variable is declared all the same.
static_assert(variables<Weight, absent_variable<"bias">>::size == 2 && variables<>::size == 0);
static_assert(names<"mean", "std">::size == 2 && names<>::size == 0);

static_assert(detail::variable_index<variables<Weight, variable<"bias", 3>>, "weight"> == 0);
static_assert(detail::variable_index<variables<Weight, variable<"bias", 3>>, "bias"> == 1);
static_assert(detail::variable_index<variables<Weight, absent_variable<"bias">>, "bias"> == 1);
static_assert(detail::variable_index<variables<Weight>, "gate"> == -1);
static_assert(detail::variable_index<variables<>, "weight"> == -1);

static_assert(detail::is_policy_list<per_variable<int, float>>);
static_assert(detail::is_policy_list<per_variable<>> && !detail::is_policy_list<int>);

TEST_CASE("what sampling an absent variable gives has nothing in it") {
    CHECK(std::is_empty_v<absent>);
}
