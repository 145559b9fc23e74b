// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whole models on the CUDA backend, run on the host: training, gradients, `fit` and `predict`.
#include "support/catch.hpp"

#include "backends/cuda/models.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/train/fit.hpp>

using namespace blue;
using namespace blue_test;

TEST_CASE("cuda backend: training gives the numbers of the CPU", "[cuda]") {
    for (Objective objective : all_objectives) {
        const std::vector<double> expected = trajectory<Cpu<double>>(objective);
        const std::vector<double> given = trajectory<Emulated<double>>(objective);
        // Rounding of 1e-16 in sums of some thousand terms, amplified by three steps of Adam.
        CHECK(worst_of(given, expected) < 1e-11);
        HostExecutor::reverse = true;
        CHECK(trajectory<Emulated<double>>(objective) == given);
        HostExecutor::reverse = false;
    }
}

TEST_CASE("cuda backend: gradients are those of finite differences", "[cuda]") {
    // The error of central differences with a step of 1e-5: about 1e-10 of the second derivative
    // plus 1e-16 * loss / step, with losses of some thousand.
    for (Objective objective : all_objectives)
        CHECK(gradient_error<Emulated<double>>(objective) < 1e-6);
}

TEST_CASE("cuda backend: a step starts few kernels", "[cuda]") {
    // Each costs about two microseconds to start. The bound is what it is today, so that a rise is
    // seen.
    Everything<Emulated<double>> net{Seed{3}};
    Tape<Emulated<double>> tape;
    const long before = HostExecutor::launches();
    step(net, tape, Objective::kullback_leibler_loss, 0, true);
    CHECK(HostExecutor::launches() - before <= 124);
}

TEST_CASE("cuda backend: fit and predict", "[cuda]") {
    const auto run_fit = []<class B>(B, Index samples_per_chunk = 0) {
        Sequential<Linear<8, 30, MeanFieldNormal, MeanFieldNormal, B>, ReLU,
                   Linear<30, 4, MeanFieldNormal, MeanFieldNormal, B>>
            net{Seed{3}};
        Dataset<std::int32_t> data{Array<float>({64, 8}, numbers<float>(64 * 8)),
                                   Array<std::int32_t>({64})};
        for (Index i = 0; i < 64; ++i)
            data.targets[i] = (data.inputs[i * 8] > 0) * 2 + (data.inputs[i * 8 + 3] > 0);
        const auto report = fit(net, Elbo{Categorical{}}, data,
                                {.epochs = 2,
                                 .batch_size = 16,
                                 .samples = 3,
                                 .samples_per_chunk = samples_per_chunk,
                                 .clip_norm = 100,
                                 .progress = Progress::none});
        const auto prediction = predict(net, Categorical{}, data.inputs, {.samples = 5});
        std::vector<double> result{report.epochs.back().loss, report.epochs.back().divergence};
        result.insert(result.end(), prediction.probabilities.begin(),
                      prediction.probabilities.end());
        return result;
    };
    // Float, after eight steps of Adam.
    const auto given = run_fit(Emulated<float>{});
    CHECK(worst_of(given, run_fit(Cpu<float>{})) < 1e-4);
    CHECK(run_fit(Emulated<float>{}, 1) == given);
    CHECK(run_fit(Emulated<float>{}, 2) == given);
}
