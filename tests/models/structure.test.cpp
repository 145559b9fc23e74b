// SPDX-License-Identifier: BSD-3-Clause
// What the compiler knows about a model.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <type_traits>

using namespace blue;
using blue_test::Block, blue_test::Gated;
namespace mp = boost::mp11;

// A stack: positions are keys. The bias of the last layer is absent.
using Stack = Sequential<Linear<4, 3>, ReLU, Linear<3, 2, without_bias>>;
static_assert(random_variable_count<Stack> == 3);
static_assert(random_variable_names<Stack>.size() == 3);
static_assert(random_variable_names<Stack>[0] == "0.weight");
static_assert(random_variable_names<Stack>[1] == "0.bias");
static_assert(random_variable_names<Stack>[2] == "2.weight");
static_assert(variational_parameter_names<Stack>.size() == 6);
static_assert(variational_parameter_names<Stack>[0] == "0._weight_mean");
static_assert(variational_parameter_names<Stack>[1] == "0._weight_log_std");
static_assert(variational_parameter_names<Stack>[2] == "0._bias_mean");
static_assert(variational_parameter_names<Stack>[5] == "2._weight_log_std");
static_assert(parameter_count<Stack> == 2 * (12 + 3 + 6));
static_assert(std::is_same_v<backend_of<Stack>, Cpu<float>>);

// Names, shapes and distributions of each entry are types.
template <class M, std::size_t N>
using variable_at = mp::mp_at_c<random_variables<M>, N>;
template <class M, std::size_t N>
using parameter_at = mp::mp_at_c<variational_parameters<M>, N>;
static_assert(std::is_same_v<variable_at<Stack, 2>::path, path<2>>);
static_assert(std::is_same_v<variable_at<Stack, 2>::variable::shape, shape<2, 3>>);
static_assert(std::is_same_v<variable_at<Stack, 2>::variable::prior, MeanFieldNormal>);
static_assert(variable_at<Stack, 2>::name == "2.weight");
static_assert(std::is_same_v<parameter_at<Stack, 0>::shape, shape<3, 4>>);
static_assert(std::is_same_v<parameter_at<Stack, 3>::shape, shape<3>>);
static_assert(parameter_at<Stack, 0>::index == 0 && parameter_at<Stack, 3>::index == 1);
static_assert(parameter_at<Stack, 3>::name == "0._bias_log_std");
static_assert(mp::mp_size<variational_parameters<Stack>>::value == 6);

// A point estimate of the bias: one parameter fewer.
using Points = Sequential<Linear<4, 3, per_variable<MeanFieldNormal, NonBayesian>>>;
static_assert(random_variable_count<Points> == 2);
static_assert(parameter_count<Points> == 2 * 12 + 3);
static_assert(variational_parameter_names<Points>[2] == "0._bias_mean");
static_assert(variational_parameter_names<Points>.size() == 3);
static_assert(
    std::is_same_v<variable_at<Points, 1>::variable::variational_distribution, NonBayesian>);

// Stacks within stacks, and modules with children: own variables first, then those of the children.
using Nested = Sequential<Linear<4, 4>, Residual<Linear<4, 4>, ReLU, Linear<4, 4>>, Block<4, 5>>;
static_assert(random_variable_count<Nested> == 2 + 4 + 5);
static_assert(random_variable_names<Nested>[4] == "1.2.weight");
static_assert(random_variable_names<Nested>[6] == "2.first.weight");
static_assert(random_variable_names<Nested>[8] == "2.gated.weight");
static_assert(random_variable_names<Nested>[9] == "2.gated.gate");
static_assert(variational_parameter_names<Nested>[4] == "1.0._weight_mean");
static_assert(variational_parameter_names<Nested>[11] == "1.2._bias_log_std");
static_assert(variational_parameter_names<Nested>[12] == "2.first._weight_mean");
static_assert(variational_parameter_names<Nested>[19] == "2.gated._gate_log_std");
static_assert(std::is_same_v<variable_at<Nested, 9>::path, path<2, "gated">>);
static_assert(parameter_count<Nested> == 2 * (20 + 20 + 20 + 25 + 20 + 20 + 4));

/// A module with variables of its own, children, and a child in a child.
struct Whole : Module<Whole, variables<variable<"shift", 4>>, NonBayesian, UniformPrior> {
    Block<4, 2> block;
    Sequential<ReLU, Linear<4, 1, NonBayesian>> head;
    using children = blue::children<&Whole::block, &Whole::head>;
    auto forward(auto& pass, auto x) const { return head(pass, block(pass, x)); }
};
static_assert(random_variable_names<Whole>[0] == "shift");
static_assert(variational_parameter_names<Whole>[0] == "_shift_mean");
static_assert(random_variable_names<Whole>[3] == "block.gated.weight");
static_assert(variational_parameter_names<Whole>[variational_parameter_names<Whole>.size() - 1] ==
              "head.1._bias_mean");
static_assert(parameter_count<Whole> == 4 + 2 * (8 + 2 + 8 + 8 + 4) + 4 + 1);
static_assert(random_variable_count<Sequential<Whole, Whole>> == 2 * random_variable_count<Whole>);

// Models without random variables.
static_assert(random_variable_count<ReLU> == 0 && parameter_count<ReLU> == 0);
static_assert(random_variable_names<Sequential<ReLU, Flatten<>>>.empty());
static_assert(std::is_void_v<backend_of<Sequential<ReLU>>>);

TEST_CASE("the compiler's list and the walk over a model agree") {
    const Nested net{Seed{1}};
    std::size_t slot = 0;
    Index numbers = 0;
    detail::visit_variables(net, [&](const auto& state) {
        const std::string name(random_variable_names<Nested>[slot++]);
        const std::string own = std::remove_cvref_t<decltype(state)>::variable::name.str();
        CHECK(name.substr(name.rfind('.') + 1) == own);
        numbers += state.size * state.parameters;
    });
    CHECK(slot == random_variable_names<Nested>.size());
    CHECK(numbers == parameter_count<Nested>);
}
