// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;
using detail::layer_policies;

using Normal = MeanFieldNormal;
static_assert(std::is_same_v<layer_policies<>::variational, Normal>);
static_assert(std::is_same_v<layer_policies<>::prior, Normal>);
static_assert(std::is_same_v<layer_policies<>::backend, Cpu<float>>);
static_assert(layer_policies<>::has_bias);
static_assert(std::is_same_v<layer_policies<NonBayesian>::variational, NonBayesian>);
static_assert(std::is_same_v<layer_policies<NonBayesian>::prior, Normal>);
static_assert(std::is_same_v<layer_policies<Normal, UniformPrior>::prior, UniformPrior>);
static_assert(
    std::is_same_v<layer_policies<Normal, UniformPrior, Cpu<double>>::backend, Cpu<double>>);

static_assert(!layer_policies<without_bias>::has_bias);
static_assert(std::is_same_v<layer_policies<without_bias, NonBayesian>::variational, NonBayesian>);
static_assert(std::is_same_v<layer_policies<without_bias, Normal, Normal, Cpu<double>>::backend,
                             Cpu<double>>);

TEST_CASE("a layer without bias has one random variable, and adds nothing") {
    using Layer = Linear<2, 1, without_bias, NonBayesian, UniformPrior, Cpu<double>>;
    STATIC_REQUIRE(random_variable_count<Layer> == 1);
    STATIC_REQUIRE(parameter_count<Layer> == 2);
    const auto layer = make<Layer>(Seed{1});
    Tape<Cpu<double>> tape;
    const double zeros[2] = {};
    CHECK(forward(layer, tape, tape.input<shape<2>>(zeros, 1)).samples.value() == 0);
}
