// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/distribution_laws.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/log_normal.hpp"
#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;
using Number = math::Number<double>;

TEST_CASE("centred priors keep all laws", "[distributions]") {
    const CentredPrior<> normal{.prior = {.mean = 0.2, .std = 0.8}};
    CHECK(distribution_laws(MeanFieldNormal{}, normal) == Failures{});
    CHECK(distribution_laws(SoftplusScale<MeanFieldNormal>{}, normal) == Failures{});
    CHECK(distribution_laws(MeanFieldLaplace{}, CentredPrior<MeanFieldLaplace>{}) == Failures{});
    CHECK(distribution_laws(MeanFieldNormal{}, CentredPrior<SpikeAndSlabLassoPrior>{}) ==
          Failures{});
    // Not a location-scale family: Monte Carlo, by the general sweep.
    CHECK(distribution_laws(MeanFieldLogNormal{}, normal, log_normal) == Failures{});
}

TEST_CASE("the density of a centred prior is the prior's around the centre", "[distributions]") {
    const CentredPrior<> normal{.prior = {.mean = 0.2, .std = 0.5, .eps = 0.01}};
    const MeanFieldNormal moved{.mean = 0.2 + 1.5, .std = 0.5, .eps = 0.01};
    const CentredPrior<ScaleMixturePrior> mixture{};
    for (double w : {-1.0, 1.5, 3.0}) {
        CHECK(normal.log_prob(Number(w), Number(1.5))[0] ==
              Approx(moved.log_prob(Number(w), Number(1.7), Number(0.5))[0]).epsilon(1e-14));
        CHECK(mixture.log_prob(Number(w), Number(1.5))[0] ==
              ScaleMixturePrior{}.log_prob(Number(w - 1.5))[0]);
    }
    CHECK(kl(MeanFieldNormal{}, normal, Number(1.7), Number(0.5), Number(1.5))[0] ==
          Approx(0).margin(1e-15));
}

TEST_CASE("which divergences from centred priors are closed forms", "[distributions]") {
    STATIC_REQUIRE(has_closed_form_kl<MeanFieldNormal, CentredPrior<>>);
    STATIC_REQUIRE(has_closed_form_kl<MeanFieldStudentT, CentredPrior<>>);
    STATIC_REQUIRE(!has_closed_form_kl<MeanFieldLogNormal, CentredPrior<>>);
    STATIC_REQUIRE(!has_closed_form_kl<MeanFieldNormal, CentredPrior<ScaleMixturePrior>>);
    STATIC_REQUIRE(PriorFor<CentredPrior<>, MeanFieldNormal>);
    STATIC_REQUIRE(PriorFor<CentredPrior<>, NonBayesian>);
}

TEST_CASE("a pass reads the centre of each element", "[distributions]") {
    using Centred = SmallModel<MeanFieldNormal, CentredPrior<>>;
    Centred net{Seed{1}, prior(CentredPrior<>{.prior = {.std = 0.4}})};
    SmallModel<MeanFieldNormal, MeanFieldNormal> plain{Seed{1}, prior(MeanFieldNormal{.std = 0.4})};
    const auto divergences = [](const auto& model) {
        Tape<Cpu<double>> tape;
        return small_loss<Scores::divergence>(
                   model, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}})
            .divergences();
    };
    // Without centres the prior is the one that it moves.
    const auto given = divergences(net), expected = divergences(plain);
    for (std::size_t i = 0; i < 4; ++i) CHECK(given[i] == Approx(expected[i]).epsilon(1e-14));
    // One element.
    auto& weight = layer<0>(net).state<"weight">();
    weight.constant(0)[7] = 0.6;
    const double mean = weight.parameter(0)[7];
    const double change = (std::pow(mean - 0.6, 2) - std::pow(mean, 2)) / (2 * std::pow(0.4, 2));
    CHECK(divergences(net)[0] == Approx(expected[0] + change).epsilon(1e-13));
    const auto loss = [&](auto& tape) {
        return small_loss<Scores::divergence>(
                   net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}})
            .total;
    };
    CHECK(parameter_gradient_check(net, loss).error < 1e-8);
}

TEST_CASE("training leaves the centres alone", "[distributions]") {
    SmallModel<MeanFieldNormal, CentredPrior<>> net{Seed{1}};
    centre_prior(net, net);
    const auto& weight = layer<0>(net).state<"weight">();
    const std::vector<double> centres(weight.constant(0), weight.constant(0) + weight.size);
    Tape<Cpu<double>> tape;
    auto optimizer = make_optimizer(net, Adam{.learning_rate = 0.1});
    backward(small_loss<Scores::divergence>(
        net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}}}));
    optimizer.step(net, tape);
    for (Index e = 0; e < weight.size; ++e) {
        CHECK(weight.constant(0)[e] == centres[std::size_t(e)]);
        CHECK(weight.parameter(0)[e] != centres[std::size_t(e)]);
    }
}

TEST_CASE("prior initialisation and rescaling of centred priors", "[distributions]") {
    using Layer = Linear<3, 2, MeanFieldNormal, CentredPrior<>>;
    auto layer = make<Layer>(Seed{1});
    auto& weight = layer.state<"weight">();
    weight.constant(0)[4] = 2;
    initialise(layer, Seed{1}, prior(CentredPrior<>{.prior = {.mean = 0.5, .std = 0.25}}),
               ModuleOptions{.prior_initialization = true});
    CHECK(weight.parameter(0)[3] == 0.5f);
    CHECK(weight.parameter(0)[4] == 2.5f);
    CHECK(weight.parameter(1)[4] == Approx(std::log(0.25)).epsilon(1e-6));
    CentredPrior<> p{.prior = {.mean = 2, .std = 3}};
    p.rescale(0.5);
    CHECK(p.prior.std == 3 * 0.50001);
    CHECK(p.log_scale == CentredPrior<>{.prior = {.mean = 1, .std = 3 * 0.50001}}.log_scale);
}
