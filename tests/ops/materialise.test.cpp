// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;

namespace {

using B = Cpu<double>;

struct Values3 : Module<Values3, variables<variable<"a", 3>, variable<"b", 2, 3>>,
                        per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal, B> {
    auto forward(auto& pass, auto x) const {
        const auto a = pass.sample(*this, "a"_v);
        const auto once = as_var(a), again = as_var(a);
        return exp(once) * again * x + sum(as_var(pass.sample(*this, "b"_v)));
    }
};

struct Show : Module<Show, variables<variable<"a", 4>>, MeanFieldNormal, MeanFieldNormal, B> {
    auto forward(auto& pass, auto) const { return as_var(pass.sample(*this, "a"_v)); }
};
struct WeightedSum {
    auto log_prob(auto x, int) const { return blue::testing::detail::weighted_sum(x); }
};
struct Partly : Module<Partly, variables<variable<"used", 2>, variable<"unused", 2>>,
                       MeanFieldNormal, MeanFieldNormal, B> {
    auto forward(auto& pass, auto) const { return sum(as_var(pass.sample(*this, "used"_v))); }
};
struct ItselfAsLogProb {
    auto log_prob(auto x, int) const { return x; }
};

}  // namespace

TEST_CASE("a drawn variable is a value with batch 1", "[ops]") {
    const Show model = make<Show>(Seed{3});
    Tape<B> tape;
    const double nothing = 0;
    const auto x = tape.input<scalar_shape>(&nothing, 1);
    const auto weights =
        forward(model, tape, x, {.samples = 5, .seed = Seed{7}, .pass = 2}).samples;
    CHECK(weights.samples() == 5);
    CHECK(weights.batch() == 1);
    // mean + std * noise of (seed, pass, variable, sample, element).
    const auto& state = model.state("a"_v);
    for (Index s = 0; s < 5; ++s)
        for (Index e = 0; e < 4; ++e) {
            const random::Key key{7, 2, 0, static_cast<std::uint32_t>(s),
                                  static_cast<std::uint32_t>(random::purpose::weights)};
            const double noise = random::draw_element<noise::Normal, double>({}, key, e);
            CHECK(weights.to_host()[static_cast<std::size_t>(4 * s + e)] ==
                  Approx(state.parameter(0)[e] + std::exp(state.parameter(1)[e]) * noise)
                      .epsilon(1e-14));
        }
}

TEST_CASE("all uses share one draw, and its gradient is complete", "[ops]") {
    Values3 model = make<Values3>(Seed{1});
    const std::vector<double> inputs{0.5, -1, 2, 1, 1, -0.5};
    const auto loss = [&](auto& tape) {
        const auto x = tape.template input<shape<3>>(inputs.data(), 2);
        const auto result = forward(model, tape, x, {.samples = 3, .seed = Seed{5}});
        return Elbo{WeightedSum{}}(result, 0, DatasetSize{1}).total;
    };
    CHECK(parameter_gradient_check(model, loss).error < 1e-8);
    Tape<B> tape;
    loss(tape);
    CHECK(tape.draws()[0].samples == 3);
    CHECK(tape.draws()[1].samples == 1);  // a point estimate
}

TEST_CASE("a variable that a pass does not use has no gradient and no divergence", "[ops]") {
    const Partly model = make<Partly>(Seed{1});
    Tape<B> tape;
    const double nothing = 0;
    const auto result = forward<Scores::divergence>(
        model, tape, tape.input<scalar_shape>(&nothing, 1), {.samples = 2});
    const auto loss = Elbo{ItselfAsLogProb{}}(result, 0, DatasetSize{1});
    backward(loss);
    CHECK(tape.draws()[0].gradient_live);
    CHECK_FALSE(tape.draws()[1].gradient_live);
    CHECK(loss.divergences()[0] > 0);
    CHECK(loss.divergences()[1] == 0);
}
