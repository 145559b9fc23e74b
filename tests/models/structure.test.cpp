// SPDX-License-Identifier: BSD-3-Clause
// What the compiler knows about a model.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <type_traits>

using namespace blue_test;
using blue::Linear, blue::ReLU, blue::Residual, blue::Sequential, blue::without_bias;

using Stack = Sequential<Linear<4, 3>, ReLU, Linear<3, 2, without_bias>>;
static_assert(blue::random_variable_count<Stack> == 3);
static_assert(blue::random_variable_names<Stack>[0] == "0.weight");
static_assert(blue::random_variable_names<Stack>[1] == "0.bias");
static_assert(blue::random_variable_names<Stack>[2] == "2.weight");
static_assert(blue::variational_parameter_names<Stack>.size() == 6);
static_assert(blue::variational_parameter_names<Stack>[0] == "0._weight_mean");
static_assert(blue::variational_parameter_names<Stack>[1] == "0._weight_log_std");
static_assert(blue::variational_parameter_names<Stack>[5] == "2._weight_log_std");
static_assert(blue::parameter_count<Stack> == 2 * (12 + 3 + 6));
static_assert(std::is_same_v<blue::backend_of<Stack>, blue::Cpu<float>>);

using First = boost::mp11::mp_front<blue::variational_parameters<Stack>>;
static_assert(std::is_same_v<First::shape, blue::shape<3, 4>>);
static_assert(First::index == 0);
static_assert(boost::mp11::mp_size<blue::variational_parameters<Stack>>::value == 6);

using Points =
    Sequential<Linear<4, 3, blue::per_variable<blue::MeanFieldNormal, blue::NonBayesian>>>;
static_assert(blue::parameter_count<Points> == 2 * 12 + 3);
static_assert(blue::variational_parameter_names<Points>[2] == "0._bias_mean");

using Nested = Sequential<Linear<4, 4>, Residual<Linear<4, 4>, ReLU>, Block<4, 5>>;
static_assert(blue::variational_parameter_names<Nested>[4] == "1.0._weight_mean");
static_assert(blue::random_variable_names<Nested>[6] == "2.gated.weight");
static_assert(blue::random_variable_names<Nested>[7] == "2.gated.gate");
static_assert(blue::variational_parameter_names<Nested>[15] == "2.gated._gate_log_std");
static_assert(blue::random_variable_names<Nested>[4] == "2.first.weight");
static_assert(blue::random_variable_count<ReLU> == 0);

TEST_CASE("names of parameters are constants") {
    CHECK(blue::variational_parameter_names<Block<4, 5>>[0] == "first._weight_mean");
}
