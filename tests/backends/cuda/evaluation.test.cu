// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions and evaluations in a file of nvcc: on the device, against the CPU.
#include <blue/cuda.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"

#include "backends/cuda/predictions.hpp"

#include <blue/backends/cpu/backend.hpp>

using namespace blue;
using namespace blue_test;

TEST_CASE("cuda evaluation on the device: all likelihoods give the reports of the CPU", "[cuda]") {
    if (!cuda::available()) return skip("no CUDA device");
    const auto expected = all_reports<Cpu<double>>();
    const auto given = all_reports<Cuda<double>>();
    // Rounding of 1e-16 in sums of some hundred terms, of numbers up to some ten.
    CHECK(worst_of(given, expected) < 1e-11);
    CHECK(all_reports<Cuda<double>>() == given);  // to the last bit
}

TEST_CASE("cuda prediction on the device: all likelihoods give the numbers of the CPU", "[cuda]") {
    if (!cuda::available()) return skip("no CUDA device");
    CHECK(worst_of(all_predictions<Cuda<double>>(), all_predictions<Cpu<double>>()) < 1e-11);
}

TEST_CASE("cuda fit on the device: data are kept or copied beside the computation", "[cuda]") {
    if (!cuda::available()) return skip("no CUDA device");
    const auto losses = []<class B>(B, Index resident_bytes) {
        Dense<B, 6> net{Seed{1}};
        const Dataset<std::int32_t> data{inputs_of(400), targets_of(Categorical{}, 400, 1)};
        const auto report = fit(net, Elbo{Categorical{}}, data, &data,
                                {.epochs = 3,
                                 .batch_size = 64,
                                 .samples = 2,
                                 .resident_bytes = resident_bytes,
                                 .progress = Progress::none});
        std::vector<double> result;
        for (const auto& epoch : report.epochs)
            result.insert(result.end(), {epoch.loss, epoch.validation_loss});
        return result;
    };
    const auto resident = losses(Cuda<double>{}, Index{1} << 30);
    CHECK(losses(Cuda<double>{}, 0) == resident);
    // 21 steps of Adam amplify roundings of 1e-16.
    CHECK(worst_of(resident, losses(Cpu<double>{}, 0)) < 1e-10);
}
