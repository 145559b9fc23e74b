// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Evaluations on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/predictions.hpp"
#include "support/message.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/train/fit.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// Scores that do not sum to 1.
struct Unnormalised : Categorical {
    template <class B, class Shape>
    auto probabilities(Var<B, Shape> x) const {
        return Categorical::probabilities(x) * 0.9;
    }
};

}  // namespace

TEST_CASE("cuda evaluation: all likelihoods give the reports of the CPU", "[cuda]") {
    const auto expected = all_reports<Cpu<double>>();
    const auto given = all_reports<Emulated<double>>();
    // Rounding of 1e-16 in sums of some hundred terms, of numbers up to some ten.
    CHECK(worst_of(given, expected) < 1e-12);
    HostExecutor::reverse = true;
    CHECK(all_reports<Emulated<double>>() == given);
    HostExecutor::reverse = false;
    HostExecutor::late = true;
    CHECK(all_reports<Emulated<double>>() == given);
    HostExecutor::late = false;
}

TEST_CASE("cuda evaluation: only totals come to the host", "[cuda]") {
    using B = Emulated<float>;
    const Dense<B, 6> net{Seed{1}};
    const auto waits = [&](const auto& likelihood, Index per_input, Index n, Index samples) {
        const Dataset<typename std::remove_cvref_t<decltype(likelihood)>::target_type> data{
            inputs_of(n), targets_of(likelihood, n, per_input)};
        const long before = HostExecutor::waits();
        evaluate(net, likelihood, data, {.samples = samples, .batch_size = 10});
        return HostExecutor::waits() - before;
    };
    // Whatever the number of inputs and draws: totals, and whether a number was wrong.
    for (Index n : {7, 50})
        for (Index samples : {1, 30}) {
            CHECK(waits(Categorical{}, 1, n, samples) == 2);
            CHECK(waits(Bernoulli{}, 6, n, samples) == 2);
            CHECK(waits(Gaussian{}, 6, n, samples) == 2);
            CHECK(waits(PointEstimate{}, 6, n, samples) == 2);
        }
}

TEST_CASE("cuda evaluation: predictions that cannot be compared are errors of the CPU", "[cuda]") {
    const auto error = []<class B>(B) {
        const Dense<B, 6> net{Seed{1}};
        const Dataset<std::int32_t> data{inputs_of(9), targets_of(Categorical{}, 9, 1)};
        return message_of<ValueError>([&] { evaluate(net, Unnormalised{}, data, {.samples = 3}); });
    };
    // Up to the last digits of the sum, which is about 0.9.
    const auto start = [](const std::string& message) { return message.substr(0, 79); };
    CHECK(start(error(Emulated<double>{})) == start(error(Cpu<double>{})));
    CHECK(start(error(Cpu<double>{})) ==
          "accuracy: expected probabilities that sum to 1 over the classes, got the sum 0.");
}

TEST_CASE("cuda evaluation: fit validates on the device", "[cuda]") {
    const auto losses = []<class B>(B) {
        Dense<B, 6> net{Seed{1}};
        const Dataset<std::int32_t> data{inputs_of(40), targets_of(Categorical{}, 40, 1)};
        const auto report =
            fit(net, Elbo{Categorical{}}, data, &data,
                {.epochs = 3, .batch_size = 16, .samples = 2, .progress = Progress::none});
        std::vector<double> result;
        for (const auto& epoch : report.epochs) result.push_back(epoch.validation_loss);
        return result;
    };
    // Nine steps of Adam amplify roundings of 1e-16.
    CHECK(worst_of(losses(Emulated<double>{}), losses(Cpu<double>{})) < 1e-11);
}
