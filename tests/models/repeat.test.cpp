// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>
#include <vector>

using namespace blue;
using Step = Sequential<Linear<4, 4>, Tanh>;

namespace {

const std::vector<float> numbers{0.5f, -2, 1, 3, 0.25f, -1, 2, 1};

template <class M>
auto run(const M& model) {
    Tape<Cpu<float>> tape;
    const auto x = tape.input<shape<4>>(numbers.data(), 2);
    return forward<Scores::none>(model, tape, x, {.samples = 3}).samples.to_host();
}

/// A layer that takes a number beside the value.
struct Times {
    auto operator()(auto&, auto x, double factor) const { return factor * x; }
};

/// The same as a module of one's own that calls its child three times.
struct Tied : Module<Tied, variables<>> {
    Step step;
    using children = blue::children<child<"0", &Tied::step>{}>;
    auto forward(auto& pass, auto x) const { return step(pass, step(pass, step(pass, x))); }
};

}  // namespace

static_assert(random_variable_count<Repeat<5, Step>> == 10);
static_assert(random_variable_names<Repeat<5, Step>>[9] == "4.0.bias");
static_assert(random_variable_count<RepeatShared<5, Step>> == 2);
static_assert(random_variable_names<RepeatShared<5, Step>>[1] == "0.0.bias");
static_assert(std::is_same_v<input_shape_of<Repeat<2, Linear<4, 4>>>, shape<4>>);

TEST_CASE("repeated layers have weights of their own") {
    const Repeat<3, Step> net{Seed{1}};
    CHECK(run(net) == run(Sequential<Step, Step, Step>{Seed{1}}));
    CHECK(layer<0, 0>(net).state<"weight">().parameter(0)[0] !=
          layer<2, 0>(net).state<"weight">().parameter(0)[0]);
}

TEST_CASE("copies of a layer carry its options") {
    const Repeat<2, LeakyReLU> net{LeakyReLU{.slope = 0.5}};
    CHECK(run(net)[1] == -0.5f);
}

TEST_CASE("a layer with tied weights is drawn once and counts once") {
    const RepeatShared<3, Step> net{Seed{1}};
    CHECK(run(net) == run(make<Tied>(Seed{1})));
    CHECK(run(net) != run(Repeat<3, Step>{Seed{1}}));
}

TEST_CASE("repeated layers take further arguments") {
    Tape<Cpu<float>> tape;
    const auto x = tape.input<shape<4>>(numbers.data(), 1);
    const auto three_times = [&](const auto& layers) {
        const auto y = forward_with<Scores::none>(layers, tape, {},
                                                  [&](auto& pass) { return layers(pass, x, 2.0); });
        return y.samples.to_host();
    };
    const std::vector<float> expected{4, -16, 8, 24};
    CHECK(three_times(Repeat<3, Times>{}) == expected);
    CHECK(three_times(RepeatShared<3, Times>{}) == expected);
}
