// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/gated.hpp"

#include <cmath>
#include <tuple>
#include <type_traits>
#include <vector>

using namespace blue;
using B = Cpu<double>;
using Dense = Linear<2, 3, MeanFieldNormal, MeanFieldNormal, B>;
using Net = Sequential<Dense, blue_test::Gated<3, 2, B>>;
using Probs = LogProbs<Net, B>;

// The tuple protocol: one entry per random variable.
static_assert(std::tuple_size_v<Probs> == 5 && Probs::size == 5);
static_assert(std::is_same_v<std::tuple_element_t<0, Probs>, LogProbEntry>);
static_assert(std::is_same_v<std::tuple_element_t<4, Probs>, LogProbEntry>);
static_assert(std::tuple_size_v<LogProbs<Sequential<Linear<4, 3, without_bias>, ReLU>, B>> == 1);
static_assert(std::tuple_size_v<LogProbs<ReLU, B>> == 0);

namespace {

const std::vector<double> inputs{1, 2};

auto run(const Net& net, Tape<B>& tape, const ForwardOptions& options) {
    tape.reset();
    return forward(net, tape, tape.input<shape<2>>(inputs.data(), 1), options);
}

}  // namespace

TEST_CASE("an entry is found by path, by position and by structured binding") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto result = run(net, tape, {.samples = 3});
    const auto& log_probs = result.log_probs;
    const auto [weight0, bias0, weight1, gate1, bias1] = log_probs;
    static_assert(std::is_same_v<decltype(weight0), const LogProbEntry>);
    CHECK(weight0.prior == log_probs.get<0, "weight">().prior);
    CHECK(bias0.prior == log_probs.get<0, "bias">().prior);
    CHECK(gate1.variational == log_probs.get<1, "gate">().variational);
    CHECK(bias1.prior == log_probs.get<4>().prior);
    CHECK(get<4>(log_probs).prior == bias1.prior);
    CHECK(log_probs.entry(2).variational == weight1.variational);
    CHECK(weight1.prior != gate1.prior);
    CHECK(weight0.prior.size() == 3);
    CHECK(weight0.variational.size() == 3);
}

TEST_CASE("the total is the sum over the variables, for each sample") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto result = run(net, tape, {.samples = 3});
    const LogProbEntry total = result.log_probs.total();
    REQUIRE(total.prior.size() == 3);
    for (std::size_t s = 0; s < 3; ++s) {
        double prior = 0, variational = 0;
        for (int slot = 0; slot < Probs::size; ++slot) {
            prior += result.log_probs.entry(slot).prior[s];
            variational += result.log_probs.entry(slot).variational[s];
        }
        // The same sums in the same order.
        CHECK(total.prior[s] == prior);
        CHECK(total.variational[s] == variational);
    }
    CHECK(total.prior[0] != total.prior[1]);
}

TEST_CASE("the entries are the log densities of the drawn weights") {
    const Net net{Seed{1}, prior(MeanFieldNormal{.mean = 0.5, .std = 2})};
    Tape<B> tape;
    const auto result = run(net, tape, {.samples = 3});
    const auto weight = result.log_probs.get<0, "weight">();
    const Draw<B>& draw = tape.draws()[0];
    for (Index s = 0; s < 3; ++s) {
        double prior = 0, variational = 0;
        for (Index e = 0; e < 6; ++e) {
            const double w = draw.weights[s * draw.weight_stride + e], mean = draw.stored[e];
            const double log_std = draw.stored[draw.stride + e];
            const double z = (w - mean) / std::exp(log_std), constant = 0.91893853320467274;
            prior -= (w - 0.5) * (w - 0.5) / 8 + std::log(2) + constant;
            variational -= z * z / 2 + log_std + constant;
        }
        const auto at = static_cast<std::size_t>(s);
        // eps = 1e-10 in the variance (about 0.5) changes log q by less than 1e-9 per element.
        CHECK(std::abs(weight.prior[at] - prior) < 1e-9);
        CHECK(std::abs(weight.variational[at] - variational) < 1e-8);
    }
}

TEST_CASE("without constants they differ by the constants") {
    const Net net{Seed{1}};
    Tape<B> tape;
    const auto with = run(net, tape, {.samples = 2}).log_probs.get<0, "weight">();
    const auto without =
        run(net, tape, {.samples = 2, .norm_constants = false}).log_probs.get<0, "weight">();
    // Six elements, log(2 pi) / 2 each; rounding only.
    for (std::size_t s = 0; s < 2; ++s) {
        CHECK(std::abs(without.prior[s] - with.prior[s] - 6 * 0.91893853320467274) < 1e-12);
        CHECK(std::abs(without.variational[s] - with.variational[s] - 6 * 0.91893853320467274) <
              1e-12);
    }
}

TEST_CASE("a point estimate adds nothing to the variational log probs") {
    using Mixed = Linear<2, 3, per_variable<MeanFieldNormal, NonBayesian>, MeanFieldNormal, B>;
    const auto net = make<Mixed>(Seed{1});
    Tape<B> tape;
    const auto log_probs =
        forward(net, tape, tape.input<shape<2>>(inputs.data(), 1), {.samples = 3}).log_probs;
    const auto bias = log_probs.get<"bias">();
    CHECK(bias.variational == std::vector<double>{0, 0, 0});
    // One draw for all samples.
    CHECK(bias.prior[0] != 0);
    CHECK(bias.prior[0] == bias.prior[1]);
    CHECK(bias.prior[0] == bias.prior[2]);
}

namespace {
struct Shared : Module<Shared, variables<>, MeanFieldNormal, MeanFieldNormal, B> {
    Linear<2, 2, without_bias, MeanFieldNormal, MeanFieldNormal, B> inner;
    using children = blue::children<&Shared::inner>;
    auto forward(auto& pass, auto x) const { return inner(pass, inner(pass, x)); }
};
struct Once : Module<Once, variables<>, MeanFieldNormal, MeanFieldNormal, B> {
    Linear<2, 2, without_bias, MeanFieldNormal, MeanFieldNormal, B> inner;
    using children = blue::children<&Once::inner>;
    auto forward(auto& pass, auto x) const { return inner(pass, x); }
};
}  // namespace

TEST_CASE("weights that are used twice are counted once") {
    Tape<B> tape;
    const auto x = tape.input<shape<2>>(inputs.data(), 1);
    const auto twice = forward(make<Shared>(Seed{1}), tape, x).log_probs.get<"inner", "weight">();
    const auto once = forward(make<Once>(Seed{1}), tape, x).log_probs.get<"inner", "weight">();
    CHECK(twice.prior == once.prior);
    CHECK(twice.variational == once.variational);
}
