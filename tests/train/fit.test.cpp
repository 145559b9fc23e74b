// SPDX-License-Identifier: BSD-3-Clause
#include <blue/layers/batch_norm.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/train/fit.hpp>

#include "support/catch.hpp"
#include "train/standard_error.hpp"
#include "train/toys.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

using blue::Index;
using blue::Seed;
using blue_test::Classifier;
using blue_test::parameters_of;
using blue_test::Regressor;
using blue_test::same_bits;

namespace {

const blue::Elbo classes{blue::Categorical{}};
const blue::Elbo numbers{blue::Gaussian{.std = 0.1}};

blue::FitOptions quiet(Index epochs) {
    return {.epochs = epochs, .batch_size = 16, .samples = 4, .progress = blue::Progress::none};
}

/// The parameters of a fresh classifier after training.
std::vector<float> trained(const blue::FitOptions& options,
                           const blue::Dataset<std::int32_t>& data) {
    Classifier net{Seed{1}};
    blue::fit(net, classes, data, options);
    return parameters_of(net);
}

int lines_in(const std::string& text) {
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a classifier learns") {
    const auto data = blue_test::three_classes(200), test = blue_test::three_classes(200, 2);
    Classifier net{Seed{1}};
    const double before = blue::evaluate(net, blue::Categorical{}, test).negative_log_likelihood;
    const auto report = blue::fit(net, classes, data, quiet(60), blue::Adam{.learning_rate = 1e-2});
    const auto after = blue::evaluate(net, blue::Categorical{}, test);
    REQUIRE(report.epochs.size() == 60);
    // From 250 to 120 nats; the noise of an epoch's mean is below 10.
    CHECK(report.epochs.back().loss < 0.7 * report.epochs.front().loss);
    // From 1.1 = log 3 to 0.45 nats, and 0.89 (the seeds are fixed; chance is 0.5 for the largest
    // class).
    CHECK(before > 0.9);
    CHECK(after.negative_log_likelihood < 0.6);
    CHECK(after.accuracy > 0.8);
}

TEST_CASE("a regression learns") {
    const auto data = blue_test::sine(100), test = blue_test::sine(100, 2);
    Regressor net{Seed{1}};
    const auto report =
        blue::fit(net, numbers, data, quiet(300), blue::Adam{.learning_rate = 1e-2});
    CHECK(report.epochs.back().loss < 0.1 * report.epochs.front().loss);
    // The targets have a standard deviation of 0.7, of which 0.1 is noise.
    CHECK(blue::evaluate(net, blue::Gaussian{.std = 0.1}, test).root_mean_squared_error < 0.2);
}

TEST_CASE("training is what the public parts do, bit for bit") {
    const auto data = blue_test::three_classes(45);  // batches of 16, 16 and 13
    const blue::Schedule schedule = blue::Schedule::cosine(0.1).with_warm_up(2);
    blue::FitOptions options = quiet(2);
    options.seed = Seed{7};
    options.schedule = schedule;
    Classifier fitted{Seed{1}};
    const auto report =
        blue::fit(fitted, classes, data, options, blue::Adam{.learning_rate = 1e-2});

    Classifier net{Seed{1}};
    blue::Tape<blue::Cpu<float>> tape;
    blue::BatchBuffer<float> inputs;
    blue::BatchBuffer<std::int32_t> labels;
    auto optimizer = blue::make_optimizer(net, blue::Adam{.learning_rate = 1e-2});
    Index steps = 0;
    for (std::uint64_t epoch : {1, 2}) {
        const auto order = blue::shuffled(45, 7, epoch);
        double loss_sum = 0;
        for (Index first = 0; first < 45; first += 16, ++steps) {
            const Index batch = std::min<Index>(16, 45 - first);
            const std::vector<Index> rows(order.begin() + first, order.begin() + first + batch);
            tape.reset();
            const auto x = tape.input<blue::shape<2>>(inputs.gather(data.inputs, rows), batch);
            const auto y = blue::make_labels(tape, labels.gather(data.targets, rows), batch, 3);
            const auto result = blue::forward<blue::Scores::divergence>(
                net, tape, x,
                {.samples = 4, .seed = Seed{7}, .pass = static_cast<std::uint64_t>(steps)});
            const auto loss = classes(result, y, blue::DatasetSize(45));
            loss_sum += static_cast<double>(loss.total.value());
            blue::backward(loss);
            optimizer.step(net, tape, schedule(steps, 6));
        }
        const auto& told = report.epochs[epoch - 1];
        CHECK(told.epoch == static_cast<Index>(epoch));
        // The mean over the steps; the sum is rounded in another order.
        CHECK(told.loss == Approx(loss_sum / 3).epsilon(1e-12));
    }
    CHECK(same_bits(parameters_of(fitted), parameters_of(net)));
}

namespace {
/// Remembers the targets of each step, which are the numbers of the examples.
struct Remembering : blue::Elbo<blue::Gaussian> {
    std::vector<std::vector<float>>* seen;
    Index steps;  // per epoch
    template <class Result, class Target>
    auto operator()(const Result& result, Target target, blue::DatasetSize size,
                    blue::TrainingStep step) const {
        CHECK(step.step == static_cast<Index>(seen->size()));
        CHECK(step.steps_per_epoch == steps);
        CHECK(step.epochs == 2);
        seen->push_back(target.to_host());
        CHECK(size.value == 10);
        return blue::Elbo<blue::Gaussian>::operator()(result, target, size, step);
    }
};

/// The examples of each step of two epochs over ten examples.
std::vector<std::vector<float>> batches(Seed seed, bool drop_last = false) {
    blue::Dataset<float> data{blue::Array<float>({10, 1}), blue::Array<float>({10})};
    std::iota(data.targets.begin(), data.targets.end(), 0.0f);
    std::vector<std::vector<float>> seen;
    Regressor net{Seed{1}};
    blue::fit(net, Remembering{{}, &seen, drop_last ? 2 : 3}, data,
              {.epochs = 2,
               .batch_size = 4,
               .drop_last = drop_last,
               .samples = 1,
               .seed = seed,
               .progress = blue::Progress::none});
    return seen;
}
}  // namespace

TEST_CASE("batches hold every example once per epoch, in an order from the seed") {
    const auto seen = batches(Seed{1});
    REQUIRE(seen.size() == 6);
    std::vector<std::vector<float>> epochs(2);
    for (std::size_t step = 0; step < 6; ++step) {
        CHECK(seen[step].size() == (step % 3 == 2 ? 2u : 4u));  // the last one is partial
        auto& epoch = epochs[step / 3];
        epoch.insert(epoch.end(), seen[step].begin(), seen[step].end());
    }
    CHECK(epochs[0] != epochs[1]);
    for (auto& epoch : epochs) {
        std::sort(epoch.begin(), epoch.end());
        CHECK(epoch == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
    CHECK(batches(Seed{1}) == seen);
    CHECK(batches(Seed{2}) != seen);
}

TEST_CASE("without the last batch of an epoch the others are the same") {
    const auto all = batches(Seed{1}), whole = batches(Seed{1}, true);
    REQUIRE(whole.size() == 4);
    for (std::size_t step = 0; step < 4; ++step) CHECK(whole[step] == all[step / 2 * 3 + step % 2]);
    // The two that are left out are others in the second epoch.
    CHECK(all[2] != all[5]);
}

TEST_CASE("a batch norm trains on data that leave one example, when it is left out") {
    using Net = blue::Sequential<blue::Linear<2, 4>, blue::BatchNorm<4>, blue::Linear<4, 3>>;
    const auto data = blue_test::three_classes(33);
    Net net{Seed{1}};
    auto options = quiet(2);
    const auto train = [&] { blue::fit(net, blue::Elbo{blue::Categorical{}}, data, options); };
    CHECK_THROWS_AS(train(), blue::ShapeError);
    options.drop_last = true;
    CHECK_NOTHROW(train());
}

TEST_CASE("a batch of any size beyond the data is all of them") {
    const auto data = blue_test::three_classes(20);
    auto options = quiet(2);
    options.batch_size = 20;
    const auto whole = trained(options, data);
    options.batch_size = std::numeric_limits<Index>::max();
    CHECK(same_bits(trained(options, data), whole));
}

TEST_CASE("training until a callback says stop follows the beginning of the schedule") {
    const auto data = blue_test::three_classes(40);
    auto options = quiet(2);
    const auto constant = trained(options, data);
    options.epochs = std::numeric_limits<Index>::max();
    options.schedule = blue::Schedule::cosine();
    options.on_epoch = [](const blue::EpochReport& report) { return report.epoch < 2; };
    CHECK(same_bits(trained(options, data), constant));
}

TEST_CASE("equal seeds give equal parameters, other seeds others") {
    const auto data = blue_test::three_classes(50);
    blue::FitOptions options = quiet(2);
    const auto reference = trained(options, data);
    CHECK(same_bits(trained(options, data), reference));
    options.seed = Seed{2};
    CHECK_FALSE(same_bits(trained(options, data), reference));
}

TEST_CASE("the report has the parts of the loss and the divergence of each variable") {
    const auto data = blue_test::three_classes(50);
    Classifier net{Seed{1}};
    const auto report = blue::fit(net, classes, data, quiet(2));
    CHECK(report.best_epoch == 2);
    CHECK_FALSE(report.stopped_early);
    for (const auto& epoch : report.epochs) {
        // Means of float losses of order 100.
        CHECK(epoch.loss == Approx(epoch.data_fitting + epoch.divergence).epsilon(1e-5));
        REQUIRE(epoch.divergences.size() == 4);
        CHECK(std::accumulate(epoch.divergences.begin(), epoch.divergences.end(), 0.0) ==
              Approx(epoch.divergence).epsilon(1e-5));
        for (double divergence : epoch.divergences) CHECK(divergence > 0);
        CHECK(std::isnan(epoch.validation_loss));
        CHECK(epoch.seconds > 0);
        CHECK(epoch.seconds < 60);
    }
}

TEST_CASE("the norm of the gradients is limited") {
    const auto data = blue_test::three_classes(16);
    const std::vector<float> start = parameters_of(Classifier{Seed{1}});
    // One step of plain gradient descent moves by rate times norm.
    const auto moved = [&](double clip_norm) {
        blue::FitOptions options = quiet(1);
        options.clip_norm = clip_norm;
        Classifier net{Seed{1}};
        blue::fit(net, classes, data, options, blue::SGD{.learning_rate = 1});
        const std::vector<float> end = parameters_of(net);
        double squares = 0;
        for (std::size_t i = 0; i < end.size(); ++i)
            squares += std::pow(static_cast<double>(end[i]) - static_cast<double>(start[i]), 2);
        return std::sqrt(squares);
    };
    const double free = moved(0);
    CHECK(free > 10);
    // 75 parameters of order 1 in float.
    CHECK(moved(1) == Approx(1).epsilon(1e-5));
    CHECK(moved(free * 1.01) == free);
    CHECK(moved(free / 2) == Approx(free / 2).epsilon(1e-5));
}

TEST_CASE("patience stops and brings back the best parameters") {
    const auto data = blue_test::three_classes(64);
    // What is learnt makes these predictions worse, so the first epoch is the best.
    auto misleading = blue_test::three_classes(64, 2);
    for (auto& label : misleading.targets) label = (label + 1) % 3;
    blue::FitOptions options = quiet(20);
    Classifier once{Seed{1}};
    options.epochs = 1;
    blue::fit(once, classes, data, options, blue::Adam{.learning_rate = 1e-2});

    Classifier net{Seed{1}};
    options.epochs = 20;
    options.patience = 3;
    const auto report =
        blue::fit(net, classes, data, &misleading, options, blue::Adam{.learning_rate = 1e-2});
    CHECK(report.stopped_early);
    CHECK(report.best_epoch == 1);
    REQUIRE(report.epochs.size() == 4);
    for (std::size_t i = 1; i < 4; ++i)
        CHECK(report.epochs[i].validation_loss >= report.epochs[0].validation_loss);
    CHECK(same_bits(parameters_of(net), parameters_of(once)));
}

TEST_CASE("patience keeps the best parameters also when the epochs are over") {
    const auto data = blue_test::three_classes(64);
    auto misleading = blue_test::three_classes(64, 2);
    for (auto& label : misleading.targets) label = (label + 1) % 3;
    blue::FitOptions options = quiet(2);
    options.patience = 5;
    Classifier net{Seed{1}};
    const auto report =
        blue::fit(net, classes, data, &misleading, options, blue::Adam{.learning_rate = 1e-2});
    CHECK_FALSE(report.stopped_early);
    CHECK(report.best_epoch == 1);
    const auto again =
        blue::evaluate(net, blue::Categorical{}, misleading,
                       {.samples = options.validation_samples, .seed = options.seed});
    CHECK(again.negative_log_likelihood == report.epochs[0].validation_loss);
}

TEST_CASE("the validation loss is that of evaluate") {
    const auto data = blue_test::three_classes(64), validation = blue_test::three_classes(40, 2);
    blue::FitOptions options = quiet(3);
    options.validation_samples = 6;
    options.seed = Seed{3};
    Classifier net{Seed{1}};
    const auto report = blue::fit(net, classes, data, &validation, options);
    const auto expected =
        blue::evaluate(net, blue::Categorical{}, validation, {.samples = 6, .seed = Seed{3}});
    CHECK(report.epochs.back().validation_loss == expected.negative_log_likelihood);
    CHECK(report.best_epoch == 3);  // without patience: where training ended
    // Validation takes no part in training.
    CHECK(same_bits(parameters_of(net), [&] {
        Classifier alone{Seed{1}};
        blue::fit(alone, classes, data, options);
        return parameters_of(alone);
    }()));
}

TEST_CASE("a callback sees each epoch and may stop") {
    const auto data = blue_test::three_classes(64);
    std::vector<double> losses;
    blue::FitOptions options = quiet(10);
    options.on_epoch = [&](const blue::EpochReport& epoch) {
        losses.push_back(epoch.loss);
        return epoch.epoch < 3;
    };
    Classifier net{Seed{1}};
    const auto report = blue::fit(net, classes, data, options);
    CHECK(report.stopped_early);
    CHECK(report.best_epoch == 3);
    REQUIRE(report.epochs.size() == 3);
    REQUIRE(losses.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(losses[i] == report.epochs[i].loss);
    CHECK(same_bits(parameters_of(net), trained(quiet(3), data)));
}

TEST_CASE("progress goes to standard error, one line per epoch") {
    const auto data = blue_test::three_classes(40), validation = blue_test::three_classes(10, 2);
    blue::FitOptions options = quiet(3);
    options.progress = blue::Progress::lines;
    Classifier net{Seed{1}};
    {
        blue_test::CapturedErrors errors;
        const auto report = blue::fit(net, classes, data, options);
        const std::string text = errors.text();
        CHECK(lines_in(text) == 3);
        const auto& first = report.epochs[0];
        using blue::detail::nats;
        CHECK(text.find("epoch 1/3  loss " + nats(first.loss) + "  data " +
                        nats(first.data_fitting) + "  KL " + nats(first.divergence) + "  ") == 0);
        CHECK(text.find(" s  KL by variable: ") != text.npos);
        CHECK(text.find("\nepoch 3/3  ") != text.npos);
        CHECK(text.find("validation") == text.npos);
    }
    {
        blue_test::CapturedErrors errors;
        const auto report = blue::fit(net, classes, data, &validation, options);
        char expected[48];
        std::snprintf(expected, sizeof expected, " s  validation %.4f nats  KL by variable: ",
                      report.epochs[0].validation_loss);
        CHECK(errors.text().find(expected) != std::string::npos);
    }
    {
        blue_test::CapturedErrors errors;
        options.progress = blue::Progress::bar;
        blue::fit(net, classes, data, options);
        const std::string text = errors.text();
        CHECK(lines_in(text) == 3);
        CHECK(text.find("\r\033[Kepoch 1/3 [") != text.npos);
        CHECK(text.find("=] loss ") != text.npos);  // all steps of an epoch
        CHECK(text.find(" steps/s  0:00 left") != text.npos);
    }
    {
        blue_test::CapturedErrors errors;
        blue::fit(net, classes, data, quiet(3));
        CHECK(errors.text().empty());
    }
}
