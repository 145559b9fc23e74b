// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "distributions/custom.hpp"
#include "objectives/small_model.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

TEST_CASE("a dataset size is positive", "[objectives]") {
    CHECK(DatasetSize{7}.value == 7);
    CHECK_THROWS_AS(DatasetSize{0}, ValueError);
    CHECK_THROWS_AS(DatasetSize{-3}, ValueError);
}

TEST_CASE("the parts of a loss add up", "[objectives]") {
    const SmallModel<MeanFieldNormal, MeanFieldNormal> net{Seed{1}};
    Tape<Cpu<double>> tape;
    const auto loss = small_loss<Scores::divergence>(
        net, tape, Elbo{Categorical{}, {.dataset_size = DatasetSize{30}, .heat = 0.25}});
    const auto parts = loss.values();
    CHECK(loss.total.value() == Approx(parts.data_fitting + parts.prior_matching).epsilon(1e-15));
    CHECK(parts.prior_matching == Approx(0.25 * parts.divergence).epsilon(1e-15));
    double divergence = 0;
    for (double part : loss.divergences()) divergence += part;
    CHECK(loss.divergences().size() == 4);
    CHECK(divergence == Approx(parts.divergence).epsilon(1e-14));
}

TEST_CASE("gradients of objectives with respect to all parameters", "[objectives]") {
    const auto error = [](auto model, auto objective, auto scores) {
        return parameter_gradient_check(
                   model,
                   [&](auto& tape) {
                       return small_loss<decltype(scores)::value>(model, tape, objective).total;
                   })
            .error;
    };
    constexpr std::integral_constant<Scores, Scores::log_probs> monte_carlo{};
    constexpr std::integral_constant<Scores, Scores::divergence> closed_form{};
    const Elbo elbo{Categorical{}, {.dataset_size = DatasetSize{30}, .heat = 0.7}};
    const KullbackLeiblerLoss loss{Categorical{}, {.dataset_size = DatasetSize{30}, .heat = 0.7}};
    using Normal = SmallModel<MeanFieldNormal, MeanFieldNormal>;
    // Fourth-order differences, see central_difference.
    CHECK(error(Normal{Seed{1}}, elbo, closed_form) < 1e-8);
    CHECK(error(Normal{Seed{1}}, elbo, monte_carlo) < 1e-8);
    CHECK(error(Normal{Seed{1}}, loss, monte_carlo) < 1e-8);
    // Closed forms for the weights, samples for the biases.
    using Mixed = SmallModel<per_variable<MeanFieldNormal, SinhArcsinh>, MeanFieldNormal>;
    CHECK(error(Mixed{Seed{1}}, elbo, closed_form) < 1e-8);
    CHECK(error(SmallModel<NonBayesian, MeanFieldNormal>{Seed{1}}, loss, monte_carlo) < 1e-8);
}
