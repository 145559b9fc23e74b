// SPDX-License-Identifier: BSD-3-Clause
// The values are compared with torch_blue's in tests/golden.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace blue;
using Dense = Linear<100, 30>;

namespace {

struct Range {
    double smallest, largest;
};
template <class State>
Range range(const State& state, int k) {
    const auto [a, b] = std::minmax_element(state.parameter(k), state.parameter(k) + state.size);
    return {*a, *b};
}
template <class State>
std::vector<float> numbers(const State& state, int k = 0) {
    return {state.parameter(k), state.parameter(k) + state.size};
}

/// Fan-ins: of "wide" 2 x 3 = 6, of "long" 9; of "narrow" that of the first variable with two axes.
struct Mixed : Module<Mixed, variables<variable<"narrow", 500>, variable<"wide", 200, 2, 3>,
                                       variable<"long", 200, 9>>> {
    auto forward(auto&, auto x) const { return x; }
};
/// Without a variable of two axes the fan-in is 1.
struct Flat : Module<Flat, variables<variable<"scale", 500>>> {
    auto forward(auto&, auto x) const { return x; }
};
/// Parameters of all kinds: a location, one on the real line, and one that is a softplus.
struct Skewed {
    using parameters = blue::parameters<real<"mode">, real<"skew">, softplus_of<"scale">>;
    using noise = blue::noise::Normal;
    template <class T>
    static T sample(T noise, T mode, T skew, T scale) {
        return mode + scale * (noise + skew);
    }
    template <class T>
    static T log_prob(T w, T mode, T skew, T scale) {
        return -square((w - mode) / scale - skew);
    }
    static std::array<double, 3> defaults() { return {9, 0.5, 2}; }
};

// Float parameters: constants are exact to half an ulp, 6e-8 relative.
constexpr double rounding = 3e-7;

}  // namespace

TEST_CASE("means fill the interval of the fan-in, deviations are a constant") {
    const auto layer = make<Dense>(Seed{1});
    for (const Range& r : {range(layer.state<"weight">(), 0), range(layer.state<"bias">(), 0)}) {
        CHECK(r.smallest >= -0.1f);
        CHECK(r.largest <= 0.1f);
    }
    // 3000 uniform numbers leave a gap of 0.01 at an end with probability exp(-150).
    CHECK(range(layer.state<"weight">(), 0).smallest < -0.09);
    CHECK(range(layer.state<"weight">(), 0).largest > 0.09);
    const double expected = std::log(0.1 + 1e-5);
    for (const Range& r : {range(layer.state<"weight">(), 1), range(layer.state<"bias">(), 1)}) {
        CHECK(r.smallest == r.largest);
        CHECK(std::abs(r.smallest - expected) < rounding * std::abs(expected));
    }
}

TEST_CASE("the fan-in is that of the variable, or of the module for those of one axis") {
    const auto mixed = make<Mixed>(Seed{1});
    const auto bound = [&](auto name, double fan_in) {
        const Range r = range(mixed.state(name), 0);
        const double b = 1 / std::sqrt(fan_in);
        CHECK(r.largest <= b);
        CHECK(r.smallest >= -b);
        // At least 500 uniform numbers: the last twentieth stays empty with probability 3e-6.
        CHECK(r.largest > 0.95 * b);
        // Deviations follow the fan-in of the module.
        CHECK(std::abs(range(mixed.state(name), 1).largest - std::log(1 / std::sqrt(6.0) + 1e-5)) <
              rounding);
    };
    using namespace blue::literals;
    bound("wide"_v, 6);
    bound("long"_v, 9);
    bound("narrow"_v, 6);

    const auto flat = make<Flat>(Seed{1});
    CHECK(range(flat.state<"scale">(), 0).largest > 0.95);
    CHECK(std::abs(range(flat.state<"scale">(), 1).largest - std::log(1 + 1e-5)) < rounding);
}

TEST_CASE("without Kaiming initialisation the constants are the defaults") {
    const auto layer = make<Dense>(Seed{1}, posterior(MeanFieldNormal{.std = 0.3}),
                                   ModuleOptions{.kaiming_initialization = false});
    CHECK(std::abs(range(layer.state<"weight">(), 1).largest - std::log(0.3)) < rounding);
    // Means are as before.
    const auto usual = make<Dense>(Seed{1});
    CHECK(numbers(layer.state<"weight">()) == numbers(usual.state<"weight">()));
}

TEST_CASE("parameters of every kind are narrowed by the fan-in in their natural values") {
    using Own = Linear<4, 1, Skewed, UniformPrior>;
    const auto narrowed = make<Own>(Seed{1});
    CHECK(std::abs(range(narrowed.state<"weight">(), 0).largest) <= 0.5);  // a location: no default
    CHECK(std::abs(range(narrowed.state<"weight">(), 1).largest - 0.25) < rounding);
    // log(exp(1) - 1) of the natural value 2 / 2.
    CHECK(std::abs(range(narrowed.state<"weight">(), 2).largest - 0.541324854612918) < rounding);
    const auto plain = make<Own>(Seed{1}, ModuleOptions{.kaiming_initialization = false});
    CHECK(std::abs(range(plain.state<"weight">(), 1).largest - 0.5) < rounding);
    CHECK(std::abs(range(plain.state<"weight">(), 2).largest - std::log(std::expm1(2))) < 1e-6);
}

TEST_CASE("equal seeds give equal values, others do not, and layers differ from each other") {
    using Net = Sequential<Linear<5, 5>, Linear<5, 5>>;
    const Net a{Seed{1}}, b{Seed{1}}, c{Seed{2}};
    const auto weights = [](const auto& layer) {
        return numbers(layer.template state<"weight">());
    };
    CHECK(weights(layer<0>(a)) == weights(layer<0>(b)));
    CHECK(weights(layer<1>(a)) == weights(layer<1>(b)));
    CHECK(weights(layer<0>(a)) != weights(layer<0>(c)));
    CHECK(weights(layer<0>(a)) != weights(layer<1>(a)));
    // Seeds beyond 32 bits count too.
    const Net d{Seed{std::uint64_t{1} << 32 | 1}};
    CHECK(weights(layer<0>(a)) != weights(layer<0>(d)));
}

TEST_CASE("a model can be initialised again") {
    using Net = Sequential<Linear<5, 5>, ReLU, blue_test::Block<5, 3>>;
    Net net{Seed{1}};
    const Net other{Seed{2}};
    initialise(net, Seed{2});
    CHECK(numbers(layer<2>(net).gated.state<"gate">()) ==
          numbers(layer<2>(other).gated.state<"gate">()));
    // A model of the same structure, made by `make`, starts the same.
    const auto made = make<Net>(Seed{2});
    CHECK(numbers(layer<2>(net).linear1.state<"bias">()) ==
          numbers(layer<2>(made).linear1.state<"bias">()));
}

TEST_CASE("a prior is rescaled once, and models can start at it") {
    auto layer = make<Dense>(Seed{1}, prior(MeanFieldNormal{.mean = 0.5, .std = 2}),
                             ModuleOptions{.rescale_prior = true, .prior_initialization = true});
    const double c = 1 / std::sqrt(300.0);
    const auto check = [&] {
        CHECK(std::abs(layer.state<"weight">().prior.mean - 0.5 * c) < 1e-15);
        CHECK(std::abs(layer.state<"bias">().prior.std - 2 * (c + 1e-5)) < 1e-15);
        for (const Range& r :
             {range(layer.state<"weight">(), 0), range(layer.state<"bias">(), 0)}) {
            CHECK(r.smallest == r.largest);
            CHECK(std::abs(r.smallest - 0.5 * c) < rounding);
        }
        CHECK(std::abs(layer.state<"bias">().parameter(1)[7] - std::log(2 * (c + 1e-5))) <
              10 * rounding);
    };
    check();
    initialise(layer, Seed{2});
    check();
}

TEST_CASE("a prior without such a parameter leaves the initial values as they are") {
    using Uniform = Linear<100, 30, MeanFieldNormal, UniformPrior>;
    const auto usual = make<Uniform>(Seed{1});
    const auto from_prior =
        make<Uniform>(Seed{1}, ModuleOptions{.rescale_prior = true, .prior_initialization = true});
    for (int k = 0; k < 2; ++k)
        CHECK(numbers(usual.state<"weight">(), k) == numbers(from_prior.state<"weight">(), k));
}
