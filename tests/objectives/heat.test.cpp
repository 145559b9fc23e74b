// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace blue;
using namespace blue_test;

namespace {

const Heat geometric{1, Schedule::constant(), MinibatchWeights::geometric};

/// The weights of an epoch of m minibatches.
std::vector<double> epoch_of(const Heat& heat, Index m, Index epoch = 0) {
    std::vector<double> weights;
    for (Index i = 0; i < m; ++i) weights.push_back(heat(TrainingStep{epoch * m + i, m, 2}));
    return weights;
}

}  // namespace

TEST_CASE("a number is the same at all steps, and needs none", "[objectives]") {
    CHECK(Heat{}({}) == 1);
    CHECK(Heat{0.3}({}) == 0.3);
    CHECK(Heat{0}({}) == 0);
    // Exactly: the number of minibatches does not enter.
    CHECK(Heat{0.3}(TrainingStep{5, 49, 2}) == 0.3);
    CHECK(Heat{1, Schedule::constant().with_warm_up(1)}(TrainingStep{5, 49, 2}) == 1);
}

TEST_CASE("a schedule multiplies the heat", "[objectives]") {
    const Heat annealing{0.5, Schedule::constant().with_warm_up(4)};
    // Two epochs of three steps.
    const double expected[] = {0.125, 0.25, 0.375, 0.5, 0.5, 0.5};
    for (Index step = 0; step < 6; ++step)
        CHECK(annealing(TrainingStep{step, 3, 2}) == expected[step]);
    const Schedule cosine = Schedule::cosine(0.1);
    for (Index step = 0; step < 6; ++step)
        CHECK(Heat{2, cosine}(TrainingStep{step, 3, 2}) == 2 * cosine(step, 6));
}

TEST_CASE("geometric weights of minibatches", "[objectives]") {
    // 3 times 4/7, 2/7 and 1/7, in every epoch. Powers of two: two roundings.
    for (Index epoch : {0, 1}) {
        const auto weights = epoch_of(geometric, 3, epoch);
        CHECK(weights[0] == Approx(12.0 / 7).epsilon(1e-15));
        CHECK(weights[1] == Approx(6.0 / 7).epsilon(1e-15));
        CHECK(weights[2] == Approx(3.0 / 7).epsilon(1e-15));
    }
    CHECK(epoch_of(geometric, 1) == std::vector<double>{1});
    // They sum to the number of minibatches, from one to more than 2^M can be written for.
    for (Index m : {1, 2, 7, 53, 469, 1100, 100000}) {
        const auto weights = epoch_of(geometric, m);
        double sum = 0, previous = std::numeric_limits<double>::infinity();
        for (double weight : weights) {
            CHECK((std::isfinite(weight) && weight >= 0));
            CHECK((weight < previous || weight == 0));
            previous = weight;
            sum += weight;
        }
        // Half a unit in the last place for each weight that is not negligible: fewer than 60.
        CHECK(sum == Approx(static_cast<double>(m)).epsilon(1e-14));
    }
    const Heat both{0.5, Schedule::constant().with_warm_up(4), MinibatchWeights::geometric};
    CHECK(both(TrainingStep{1, 3, 2}) == Approx(0.25 * 6 / 7).epsilon(1e-15));
}

TEST_CASE("heats that make no sense", "[objectives]") {
    CHECK(message_of<ValueError>([] { Heat{-0.5}; }) ==
          "heat: expected a finite number of at least 0, got -0.5");
    CHECK_THROWS_AS(Heat(std::numeric_limits<double>::quiet_NaN()), ValueError);
    CHECK_THROWS_AS(Heat(std::numeric_limits<double>::infinity()), ValueError);
    CHECK(message_of<ValueError>([] { geometric({}); }) ==
          "heat: expected a TrainingStep in the call of the objective, because the heat changes "
          "from step to step, got none");
    CHECK(message_of<ValueError>([] {
              geometric(TrainingStep{3, 0, 2});
          }) ==
          "heat: expected a step of at least 0 and at least 1 step per epoch and 1 epoch, got 3, "
          "0 and 2");
    CHECK_THROWS_AS(geometric(TrainingStep{-1, 3, 2}), ValueError);
    CHECK_THROWS_AS(geometric(TrainingStep{0, 3, 0}), ValueError);
}

TEST_CASE("every objective weighs its divergence with the heat of the step", "[objectives]") {
    const SmallModel<MeanFieldNormal, MeanFieldNormal> net{Seed{1}};
    const Heat heat{0.5, Schedule::constant().with_warm_up(4)};
    const DatasetSize size{30};
    const auto check = [&](auto objective) {
        using Objective = decltype(objective);
        Tape<Cpu<double>> tape;
        const auto result = small_pass<Objective::scores>(net, tape);
        const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
        const auto parts = objective(result, labels, size, TrainingStep{1, 3, 2}).values();
        CHECK(parts.divergence > 1);
        CHECK(parts.prior_matching == Approx(0.25 * parts.divergence).epsilon(1e-15));
        CHECK_THROWS_AS(objective(result, labels, size), ValueError);
    };
    check(Elbo{Categorical{}, {.heat = heat}});
    check(KullbackLeiblerLoss{Categorical{}, {.heat = heat}});
    check(AnalyticalKullbackLeiblerLoss{Categorical{}, {.heat = heat}});
    check(RenyiBound{Categorical{}, {.heat = heat}});
    check(ImportanceWeightedElbo{Categorical{}, {.heat = heat}});
}

TEST_CASE("fit anneals", "[objectives]") {
    // Parameters stand still, only the heat changes: two epochs of three equal steps.
    const Dataset<std::int32_t> data{Array<float>({6, 3}), Array<std::int32_t>({6})};
    SmallModel<MeanFieldNormal, MeanFieldNormal, Cpu<float>> net{Seed{1}};
    const auto report =
        fit(net, Elbo{Categorical{}, {.heat = {1, Schedule::constant().with_warm_up(6)}}}, data,
            {.epochs = 2, .batch_size = 2, .samples = 1, .progress = Progress::none},
            SGD{.learning_rate = 1e-30});
    for (const auto& epoch : report.epochs)
        // Warm-up steps 1, 2, 3 and 4, 5, 6 of 6; means of float losses.
        CHECK(epoch.loss - epoch.data_fitting ==
              Approx((epoch.epoch == 1 ? 2.0 : 5.0) / 6 * epoch.divergence).epsilon(1e-5));
}

TEST_CASE("heats as the documentation writes them", "[objectives]") {
    const blue::Heat cold = 0.1;
    const blue::Heat annealed{1, blue::Schedule::constant().with_warm_up(500)};
    const blue::Heat geometric{1, blue::Schedule::constant(), blue::MinibatchWeights::geometric};
    const blue::Elbo objective{blue::Categorical{}, {.heat = annealed}};
    const TrainingStep third{2, 10, 100};
    CHECK(cold(third) == 0.1);
    CHECK(annealed(third) == 3.0 / 500);
    CHECK(geometric(third) == Approx(10.0 / 8 / (1 - 1.0 / 1024)).epsilon(1e-15));
    CHECK(objective.options.heat(third) == annealed(third));
}
