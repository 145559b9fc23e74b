// SPDX-License-Identifier: BSD-3-Clause
#include <blue/blue.hpp>
#include <blue/testing/gradient_check.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "train/toys.hpp"

#include <cmath>

using namespace blue;
using namespace blue::testing;
using namespace blue_test;

namespace {

using Net = SmallModel<MeanFieldNormal, MeanFieldNormal>;

/// The parameters after each step of training, and a model that had them.
struct Trajectory {
    Net net{Seed{1}};
    std::vector<std::vector<double>> points;

    template <class AfterStep>
    Trajectory(int steps, AfterStep after_step) {
        Tape<Cpu<double>> tape;
        auto optimizer = make_optimizer(net, Adam{.learning_rate = 0.05});
        for (int step = 0; step < steps; ++step) {
            tape.reset();
            backward(
                small_loss<Scores::divergence>(net, tape, Elbo{Categorical{}, {DatasetSize{30}}}));
            optimizer.step(net, tape);
            points.push_back(parameter_values(net));
            after_step(net);
        }
    }
};

/// The average that a WeightAverage gives.
std::vector<double> averaged(int steps, const Averaging& averaging, Index updates) {
    const Net same_shape{Seed{2}};
    WeightAverage average(same_shape, averaging);
    Trajectory trajectory(steps, [&](const Net& net) { average.update(net); });
    CHECK(average.updates() == updates);
    average.swap(trajectory.net);
    return parameter_values(trajectory.net);
}
/// The sum of weights times points, over the sum of weights.
template <class Weight>
std::vector<double> expected(int steps, Weight weight) {
    const Trajectory trajectory(steps, [](const Net&) {});
    std::vector<double> mean(trajectory.points[0].size());
    double total = 0;
    for (int step = 1; step <= steps; ++step) {
        total += weight(step);
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] += weight(step) * trajectory.points[static_cast<std::size_t>(step - 1)][i];
    }
    for (double& number : mean) number /= total;
    return mean;
}
// A dozen roundings of numbers of order one.
void check_close(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) < 1e-14);
}

}  // namespace

TEST_CASE("the uniform average is the mean of the parameters", "[optim]") {
    check_close(averaged(6, Averaging::uniform(), 6), expected(6, [](int) { return 1; }));
    check_close(averaged(7, Averaging::uniform().after(2), 5),
                expected(7, [](int step) { return step > 2; }));
    check_close(averaged(9, Averaging::uniform().after(1).every(3), 2),
                expected(9, [](int step) { return step == 4 || step == 7; }));
}

TEST_CASE("the exponential average has no bias towards a start", "[optim]") {
    check_close(averaged(6, Averaging::exponential(0.8), 6),
                expected(6, [](int step) { return std::pow(0.8, 6 - step); }));
    check_close(averaged(3, Averaging::exponential(0), 3),
                expected(3, [](int step) { return step == 3; }));
}

TEST_CASE("swapping exchanges parameters, and again brings them back", "[optim]") {
    Net net{Seed{1}};
    WeightAverage average(net, Averaging::uniform());
    const std::vector<double> first = parameter_values(net);
    average.update(net);
    blue::detail::visit_variables(net, [](auto& state) { state.parameter(0)[0] += 1; });
    const std::vector<double> second = parameter_values(net);
    average.swap(net);
    CHECK(average.swapped());
    CHECK(parameter_values(net) == first);
    CHECK(message_of<Error>([&] { average.update(net); }) ==
          "WeightAverage: expected the trained parameters, got the average; swap back before you "
          "go on");
    average.swap(net);
    CHECK_FALSE(average.swapped());
    CHECK(parameter_values(net) == second);
    average.update(net);
    CHECK(average.updates() == 2);
}

TEST_CASE("averaging changes nothing about training", "[optim]") {
    WeightAverage average(Net{Seed{2}}, Averaging::exponential(0.9));
    const Trajectory with(5, [&](Net& net) {
        average.update(net);
        average.swap(net);
        average.swap(net);
    });
    CHECK(with.points == Trajectory(5, [](const Net&) {}).points);
}

TEST_CASE("averages without a meaning are errors", "[optim]") {
    CHECK(message_of<ValueError>([] { Averaging::exponential(1); }) ==
          "Averaging::exponential: expected a decay of at least 0 and below 1, got 1");
    CHECK(message_of<ValueError>([] { Averaging::uniform().after(-1); }) ==
          "Averaging: expected to begin after at least 0 steps, got -1");
    CHECK(message_of<ValueError>([] { Averaging::uniform().every(0); }) ==
          "Averaging: expected an interval of at least 1 step, got 0");
    Net net{Seed{1}};
    WeightAverage average(net, Averaging::uniform().after(1));
    average.update(net);
    const std::vector<double> before = parameter_values(net);
    CHECK(message_of<Error>([&] { average.swap(net); }) ==
          "WeightAverage: expected at least 1 update before swap");
    CHECK(parameter_values(net) == before);
}

TEST_CASE("fit averages", "[optim]") {
    const auto data = three_classes(48), validation = three_classes(20, 2);
    const Elbo objective{Categorical{}};
    const Adam rule{.learning_rate = 0.02};
    FitOptions options{.epochs = 4, .batch_size = 16, .samples = 2, .progress = Progress::none};
    // Three steps per epoch. What training without averages goes through, from epoch to epoch:
    std::vector<std::vector<float>> points;
    Classifier plain{Seed{1}};
    options.on_epoch = [&](const EpochReport&) {
        points.push_back(parameters_of(plain));
        return true;
    };
    fit(plain, objective, data, options, rule);

    Classifier net{Seed{1}};
    options.averaging = Averaging::uniform().after(3).every(3);
    std::vector<std::vector<float>> seen;
    options.on_epoch = [&](const EpochReport&) {
        seen.push_back(parameters_of(net));
        return true;
    };
    const auto report = fit(net, objective, data, &validation, options, rule);
    REQUIRE(seen.size() == 4);
    CHECK(same_bits(seen[0], points[0]));  // not begun
    CHECK(same_bits(seen[1], points[1]));  // the mean of one
    CHECK(same_bits(seen[3], parameters_of(net)));
    for (std::size_t i = 0; i < seen[3].size(); ++i) {
        // In float, of numbers of order one.
        const double mean =
            (double{points[1][i]} + double{points[2][i]} + double{points[3][i]}) / 3;
        CHECK(std::abs(double{seen[3][i]} - mean) < 1e-6);
    }
    const auto again = evaluate(net, Categorical{}, validation,
                                {.samples = options.validation_samples, .seed = options.seed});
    CHECK(report.epochs.back().validation_loss == again.negative_log_likelihood);
}

TEST_CASE("an average leaves what priors keep where it is", "[optim]") {
    using Q = MeanFieldNormal;
    Sequential<Linear<2, 3, Q, CentredPrior<Q>>> net{Seed{1}};
    centre_prior(net, Sequential<Linear<2, 3, Q, CentredPrior<Q>>>{Seed{2}});
    auto& weight = layer<0>(net).state<"weight">();
    const std::vector<float> centres(weight.constant(0), weight.constant(0) + weight.size);
    const std::vector<float> means(weight.parameter(0), weight.parameter(0) + weight.size);
    WeightAverage average(net, Averaging::uniform());
    average.update(net);
    for (Index e = 0; e < weight.size; ++e) weight.parameter(0)[e] += 1;
    for (int swap = 0; swap < 2; ++swap) {
        average.swap(net);
        for (Index e = 0; e < weight.size; ++e) {
            CHECK(weight.constant(0)[e] == centres[static_cast<std::size_t>(e)]);
            CHECK(weight.parameter(0)[e] ==
                  means[static_cast<std::size_t>(e)] + static_cast<float>(swap));
        }
    }
}
