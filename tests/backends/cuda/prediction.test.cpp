// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions on the CUDA backend against the CPU.
#include "support/catch.hpp"

#include "backends/cuda/predictions.hpp"
#include "support/message.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>

using namespace blue;
using namespace blue_test;

TEST_CASE("cuda prediction: all likelihoods give the numbers of the CPU", "[cuda]") {
    const auto expected = all_predictions<Cpu<double>>();
    const auto given = all_predictions<Emulated<double>>();
    // Rounding of 1e-16 in sums of some ten terms, of numbers up to some ten.
    CHECK(worst_of(given, expected) < 1e-13);
    HostExecutor::reverse = true;
    CHECK(all_predictions<Emulated<double>>() == given);
    HostExecutor::reverse = false;
    HostExecutor::late = true;
    CHECK(all_predictions<Emulated<double>>() == given);
    HostExecutor::late = false;
    // Float, softmax included.
    CHECK(worst_of(all_predictions<Emulated<float>>(), expected) < 1e-4);
}

TEST_CASE("cuda prediction: only sums come to the host", "[cuda]") {
    using B = Emulated<float>;
    const Dense<B, 5> net{Seed{1}};
    const auto data = inputs_of(23);
    const auto waits = [&](const PredictOptions& options) {
        const long before = HostExecutor::waits();
        predict(net, Categorical{}, data, options);
        return HostExecutor::waits() - before;
    };
    // Twice per batch, whatever the number of draws: sums, and whether a number was wrong.
    CHECK(waits({.samples = 4, .batch_size = 23}) == 2);
    CHECK(waits({.samples = 40, .batch_size = 23}) == 2);
    CHECK(waits({.samples = 40, .batch_size = 10}) == 6);
}

TEST_CASE("cuda prediction: a predictor uses its memory again", "[cuda]") {
    using B = Emulated<float>;
    const Dense<B, 5> net{Seed{1}};
    Predictor predictor(net, Categorical{}, PredictOptions{.samples = 6, .batch_size = 4});
    for (Index n : {9, 3, 20, 9}) {
        const auto given = predictor(inputs_of(n));
        const auto expected =
            predict(net, Categorical{}, inputs_of(n), {.samples = 6, .batch_size = 4});
        CHECK(list(given.probabilities) == list(expected.probabilities));
        CHECK(list(given.mutual_information) == list(expected.mutual_information));
    }
}

namespace {

/// The error of predicting rates around e^bias for nine inputs, of which float holds those below
/// e^88.7.
template <class B>
std::string error_of_rates(double bias) {
    Dense<B, 6> net{Seed{1}};
    const auto number = static_cast<typename B::scalar>(bias);
    B::memory::copy_from_host(layer<2>(net).template state<"bias">().parameter(0) + 1, &number, 1);
    return message_of<NumericalError>([&] {
        predict(net, Poisson{}, inputs_of(9),
                {.samples = 20, .batch_size = 4, .samples_per_chunk = 2});
    });
}

}  // namespace

TEST_CASE("cuda prediction: wrong numbers are named as on the CPU", "[cuda]") {
    for (double bias : {80.0, 86.5, 86.75, 87.0, 88.0, 1e38})
        CHECK(error_of_rates<Emulated<float>>(bias) == error_of_rates<Cpu<float>>(bias));
    CHECK(error_of_rates<Emulated<float>>(80) == "");
    // Neither in the first batch nor in its first chunk.
    CHECK(error_of_rates<Emulated<float>>(86.75) ==
          "predict: expected finite outputs, got inf for input 5 in draw 2 (counted from 0)");
    CHECK(error_of_rates<Emulated<float>>(1e38) ==
          "predict: expected finite outputs, got inf for input 0 in draw 0 (counted from 0)");
}
