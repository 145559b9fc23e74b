// SPDX-License-Identifier: BSD-3-Clause
// Compared with torch_blue's numbers in tests/golden.
#include <blue/blue.hpp>

#include "objectives/small_model.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using Net = SmallModel<MeanFieldNormal, MeanFieldNormal>;
const Net& net() {
    static const Net model{Seed{1}};
    return model;
}

}  // namespace

TEST_CASE("the data term is the log of the mean likelihood", "[objectives]") {
    Tape<Cpu<double>> tape;
    const auto result = small_pass<Scores::log_probs>(net(), tape, false);
    const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
    KullbackLeiblerLoss loss{Categorical{}, {.dataset_size = DatasetSize{30}}};
    double expected = 0;
    const auto p = softmax(result.samples).to_host();
    for (std::size_t b = 0; b < small_batch; ++b) {
        double mean = 0;
        for (std::size_t s = 0; s < small_samples; ++s)
            mean += p[(s * small_batch + b) * 4 + static_cast<std::size_t>(small_labels()[b])] /
                    static_cast<double>(small_samples);
        expected += std::log(mean + 1e-5) * -30 / static_cast<double>(small_batch);
    }
    const auto parts = loss(result, labels).values();
    CHECK(parts.data_fitting == Approx(expected).epsilon(1e-13));
    // Never larger than the mean of the logs, up to eps (Jensen).
    const auto bound = Elbo{Categorical{}}(result, labels, DatasetSize{30}).values();
    CHECK(parts.data_fitting < bound.data_fitting);
}

TEST_CASE("without a dataset size it is that of the batch", "[objectives]") {
    Tape<Cpu<double>> tape;
    const auto run = [&](KullbackLeiblerLossOptions options, std::optional<DatasetSize> size = {}) {
        tape.reset();
        const auto result = small_pass<Scores::log_probs>(net(), tape, false);
        const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
        KullbackLeiblerLoss loss{Categorical{}, options};
        return loss(result, labels, size).values().data_fitting;
    };
    CHECK(run({}) == run({.dataset_size = DatasetSize{small_batch}}));
    CHECK(run({}, DatasetSize{12}) == Approx(2 * run({})).epsilon(1e-15));
    CHECK(run({.dataset_size = DatasetSize{small_batch}}, DatasetSize{12}) == run({}));
}

TEST_CASE("tracking keeps one entry per call", "[objectives]") {
    Tape<Cpu<double>> tape;
    KullbackLeiblerLoss loss{Categorical{}, {.heat = 0.5, .track = true}};
    for (int step = 0; step < 2; ++step) {
        tape.reset();
        const auto result = small_pass<Scores::log_probs>(net(), tape, false);
        const auto labels = make_labels(tape, small_labels().data(), small_batch, 4);
        const auto parts = loss(result, labels).values();
        CHECK(loss.history.data_fitting.back() == parts.data_fitting);
        CHECK(loss.history.prior_matching.back() == parts.prior_matching);
        const auto [prior, variational] = loss.history.log_probs.back();
        CHECK(0.5 * (variational - prior) == Approx(parts.prior_matching).epsilon(1e-13));
    }
    CHECK(loss.history.data_fitting.size() == 2);
    KullbackLeiblerLoss untracked{Categorical{}};
    tape.reset();
    small_loss<Scores::log_probs>(net(), tape, untracked, false);
    CHECK(untracked.history.data_fitting.empty());
}

TEST_CASE("normalisation constants move the value and not the gradient", "[objectives]") {
    const auto run = [&](bool constants) {
        Tape<Cpu<double>> tape;
        KullbackLeiblerLoss loss{Categorical{}, {.norm_constants = constants}};
        const auto result = small_pass<Scores::log_probs>(net(), tape, loss.norm_constants);
        const auto l = loss(result, make_labels(tape, small_labels().data(), small_batch, 4));
        backward(l);
        return std::pair{
            result.log_probs.total().prior,
            std::vector<double>(tape.draws()[0].gradient, tape.draws()[0].gradient + 15)};
    };
    const auto [with, gradient] = run(true);
    const auto [without, same] = run(false);
    CHECK(gradient == same);
    const double numbers = static_cast<double>(3 * 5 + 5 + 5 * 4 + 4);
    CHECK(with[0] - without[0] == Approx(numbers * MeanFieldNormal::constant).epsilon(1e-12));
}
