// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <string>
#include <type_traits>
#include <vector>

using namespace blue;
using namespace blue::literals;

namespace {

using B = Cpu<double>;

/// Samples its variables in several ways, and notes what it gets.
struct Probe
    : Module<Probe, variables<variable<"weight", 3, 2>, absent_variable<"bias">, variable<"scale">>,
             MeanFieldNormal, MeanFieldNormal, B> {
    mutable const Draw<B>* draws[2] = {};
    mutable Index samples = 0;

    auto forward(auto& pass, auto x) const {
        const auto weight = pass.sample(*this, "weight"_v);
        const auto scale = pass.sample(*this, "scale"_v);
        const auto bias = pass.sample(*this, "bias"_v);
        static_assert(std::is_same_v<decltype(weight), const Lazy<B, shape<3, 2>>>);
        static_assert(std::is_same_v<decltype(scale), const Lazy<B, scalar_shape>>);
        static_assert(std::is_same_v<decltype(bias), const absent>);
        draws[0] = weight.draw;
        draws[1] = pass.sample(*this, "weight"_v).draw;
        samples = pass.samples();
        CHECK(&pass.tape() == x.tape);
        return linear(x, weight, bias) * scale;
    }
};

struct Forgetful : Module<Forgetful, variables<>, MeanFieldNormal, MeanFieldNormal, B> {
    Probe known, forgotten;
    using children = blue::children<&Forgetful::known>;
    auto forward(auto& pass, auto x) const { return forgotten(pass, x); }
};

const std::vector<double> numbers{1, 2};

}  // namespace

TEST_CASE("all uses of a variable within a pass share one draw") {
    const auto probe = make<Probe>(Seed{1});
    Tape<B> tape;
    const auto y = forward(probe, tape, tape.input<shape<2>>(numbers.data(), 1), {.samples = 4});
    CHECK(probe.draws[0] == probe.draws[1]);
    CHECK(probe.draws[0] == &tape.draws()[0]);
    CHECK(probe.samples == 4);
    CHECK(y.samples.samples() == 4);
}

TEST_CASE("two objects of one type have draws of their own") {
    const Sequential<Probe, Linear<3, 2, MeanFieldNormal, MeanFieldNormal, B>, Probe> model{
        Seed{1}};
    Tape<B> tape;
    forward(model, tape, tape.input<shape<2>>(numbers.data(), 1), {.samples = 2});
    CHECK(layer<0>(model).draws[0] == &tape.draws()[0]);
    CHECK(layer<2>(model).draws[0] == &tape.draws()[4]);
}

TEST_CASE("a module that its parent does not list is named in the first pass") {
    const auto model = make<Forgetful>(Seed{1});
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(numbers.data(), 1);
    CHECK_THROWS_AS(forward(model, tape, x), Error);
    CHECK_THROWS_WITH(forward(model, tape, x),
                      "sample: the variable \"weight\" does not belong to the model of this pass: "
                      "is its module among the children of its parent?");
}

TEST_CASE("a model that was not made by its pass is refused") {
    const auto inside = make<Probe>(Seed{1}), outside = make<Probe>(Seed{1});
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(numbers.data(), 1);
    forward(inside, tape, x);
    Pass<B> pass(tape, 1, {});
    CHECK_THROWS_AS(outside(pass, x), Error);
}
