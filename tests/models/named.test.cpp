// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <type_traits>
#include <vector>

using namespace blue;

using Net = Sequential<named<"encoder", Linear<3, 4>>, ReLU,
                       named<"head", Sequential<Linear<4, 4>, named<"last", Linear<4, 2>>>>>;
using Unnamed = Sequential<Linear<3, 4>, ReLU, Sequential<Linear<4, 4>, Linear<4, 2>>>;

static_assert(random_variable_names<Net>[0] == "encoder.weight");
static_assert(random_variable_names<Net>[2] == "head.0.weight");
static_assert(random_variable_names<Net>[5] == "head.last.bias");
static_assert(variational_parameter_names<Net>[0] == "encoder._weight_mean");
static_assert(divergence_of<Net, "head", "last", "weight"> == Divergence::closed_form);
static_assert(std::is_same_v<input_shape_of<Net>, shape<3>>);

TEST_CASE("a name changes nothing but the paths") {
    const Net net{Seed{1}};
    const Unnamed unnamed{Seed{1}};
    Tape<Cpu<float>> tape;
    const std::vector<float> numbers{1, 2, 3};
    const auto x = tape.input<shape<3>>(numbers.data(), 1);
    const auto with = forward(net, tape, x, {.samples = 3});
    const auto without = forward(unnamed, tape, x, {.samples = 3});
    CHECK(with.samples.to_host() == without.samples.to_host());
    CHECK(with.log_probs.get<"head", "last", "weight">().variational ==
          without.log_probs.get<2, 1, "weight">().variational);
}

TEST_CASE("a layer is found by its path") {
    Net net{Seed{1}};
    const Net& constant = net;
    CHECK(&layer<"encoder">(net).state<"weight">() ==
          &layer<"encoder">(constant).state<"weight">());
    static_assert(
        std::is_same_v<decltype(layer<"head", "last">(net)), named<"last", Linear<4, 2>>&>);
    static_assert(std::is_same_v<decltype(layer<"head", 0>(constant)), const Linear<4, 4>&>);
    static_assert(std::is_same_v<decltype(layer<1>(net)), ReLU&>);
    // In a module of one's own by the names of its children.
    auto block = make<blue_test::Block<3, 4>>(Seed{2});
    static_assert(std::is_same_v<decltype(layer<"gated">(block)), blue_test::Gated<4, 3>&>);
    CHECK(&layer<"first">(block) == &block.linear1);
}

TEST_CASE("a named layer carries options") {
    const Sequential<named<"activation", LeakyReLU>> net{
        Seed{1}, named<"activation", LeakyReLU>{LeakyReLU{.slope = 0.5}}};
    Tape<Cpu<float>> tape;
    const float number = -2;
    CHECK(forward(net, tape, tape.input<shape<1>>(&number, 1)).samples.to_host()[0] == -1);
}
