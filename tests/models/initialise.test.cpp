// SPDX-License-Identifier: BSD-3-Clause
// The values are compared with torch_blue's in tests/golden.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using blue::Linear, blue::MeanFieldNormal, blue::ModuleOptions, blue::Seed;
using Layer = Linear<100, 30>;

namespace {

struct Range {
    float smallest, largest;
};
template <class State>
Range range(const State& state, int k) {
    const auto [a, b] = std::minmax_element(state.parameter(k), state.parameter(k) + state.size);
    return {*a, *b};
}

}  // namespace

TEST_CASE("means fill the interval of the fan-in, deviations are a constant") {
    const auto layer = blue::make<Layer>(Seed{1});
    for (const Range& r : {range(layer.state<"weight">(), 0), range(layer.state<"bias">(), 0)}) {
        CHECK(r.smallest >= -0.1f);
        CHECK(r.largest <= 0.1f);
    }
    // 3000 uniform numbers leave a gap of 0.01 at an end with probability exp(-150).
    CHECK(range(layer.state<"weight">(), 0).smallest < -0.09f);
    CHECK(range(layer.state<"weight">(), 0).largest > 0.09f);
    const double expected = std::log(0.1 + 1e-5);
    for (const Range& r : {range(layer.state<"weight">(), 1), range(layer.state<"bias">(), 1)}) {
        CHECK(r.smallest == r.largest);
        CHECK(std::abs(r.smallest - expected) < 1e-6);
    }
}

TEST_CASE("equal seeds give equal values, others do not, and layers differ from each other") {
    using Net = blue::Sequential<Linear<5, 5>, Linear<5, 5>>;
    const Net a{Seed{1}}, b{Seed{1}}, c{Seed{2}};
    const auto values = [](const auto& layer) {
        return layer.template state<"weight">().parameter(0);
    };
    CHECK(std::equal(values(blue::layer<0>(a)), values(blue::layer<0>(a)) + 25,
                     values(blue::layer<0>(b))));
    CHECK_FALSE(std::equal(values(blue::layer<0>(a)), values(blue::layer<0>(a)) + 25,
                           values(blue::layer<0>(c))));
    CHECK_FALSE(std::equal(values(blue::layer<0>(a)), values(blue::layer<0>(a)) + 25,
                           values(blue::layer<1>(a))));
}

TEST_CASE("policies and options reach all layers") {
    using Net = blue::Sequential<Layer, blue::ReLU, Linear<30, 2>>;
    const Net net{Seed{1}, blue::posterior(MeanFieldNormal{.std = 0.5}),
                  blue::prior(MeanFieldNormal{.mean = 0.2, .std = 2}),
                  ModuleOptions{.kaiming_initialization = false}};
    const auto& state = blue::layer<2>(net).state<"weight">();
    CHECK(std::abs(state.parameter(1)[0] - std::log(0.5)) < 1e-6);
    CHECK(state.prior.std == 2);
    CHECK(state.prior.mean == 0.2);
}

TEST_CASE("a prior is rescaled once, and models can start at it") {
    auto layer =
        blue::make<Layer>(Seed{1}, blue::prior(MeanFieldNormal{.mean = 0.5, .std = 2}),
                          ModuleOptions{.rescale_prior = true, .prior_initialization = true});
    const double c = 1 / std::sqrt(300.0);
    const auto check = [&] {
        CHECK(std::abs(layer.state<"weight">().prior.mean - 0.5 * c) < 1e-12);
        CHECK(std::abs(layer.state<"bias">().prior.std - 2 * (c + 1e-5)) < 1e-12);
        CHECK(std::abs(layer.state<"weight">().parameter(0)[7] - 0.5 * c) < 1e-7);
        CHECK(std::abs(layer.state<"bias">().parameter(1)[7] - std::log(2 * (c + 1e-5))) < 1e-6);
    };
    check();
    initialise(layer, Seed{2});
    check();
}
