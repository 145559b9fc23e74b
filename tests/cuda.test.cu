// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whole models in a file of nvcc: on the device, on the host executor and on the CPU backend.
#include <blue/cuda.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"

#include "backends/cuda/models.hpp"

#include <blue/backends/cpu/backend.hpp>

using namespace blue;
using namespace blue_test;

// All compilers choose the same kernels for a pair of distributions.
static_assert(LocationScale<MeanFieldNormal> && !LocationScale<SkewedLogistic>);
static_assert(Backend<Cuda<float>> && Backend<Cuda<double>>);
static_assert(random_variable_count<Everything<Cuda<float>>> == 9);

namespace {

bool no_device() {
    if (cuda::available()) return false;
    skip("no CUDA device");
    return true;
}

}  // namespace

TEST_CASE("cuda: kernels that nvcc compiles for the host give the CPU's numbers", "[cuda]") {
    for (bool elbo : {false, true})
        CHECK(worst_of(trajectory<Emulated<double>>(elbo), trajectory<Cpu<double>>(elbo)) < 1e-11);
}

TEST_CASE("cuda: training on the device gives the CPU's numbers", "[cuda]") {
    if (no_device()) return;
    for (bool elbo : {false, true}) {
        const std::vector<double> expected = trajectory<Cpu<double>>(elbo);
        const std::vector<double> given = trajectory<Cuda<double>>(elbo);
        // Rounding of 1e-16 in sums of some thousand terms, amplified by three steps of Adam.
        CHECK(worst_of(given, expected) < 1e-10);
        CHECK(trajectory<Cuda<double>>(elbo) == given);  // to the last bit
        CHECK(worst_of(trajectory<Cuda<float>>(elbo), expected) < 1e-3);
    }
}

TEST_CASE("cuda: gradients on the device are those of finite differences", "[cuda]") {
    if (no_device()) return;
    // See backends/cuda/backend.test.cpp.
    CHECK(gradient_error<Cuda<double>>(false) < 1e-6);
    CHECK(gradient_error<Cuda<double>>(true) < 1e-6);
}

TEST_CASE("cuda: fit and predict on the device", "[cuda]") {
    if (no_device()) return;
    Sequential<Linear<8, 30, MeanFieldNormal, MeanFieldNormal, Cuda<float>>, ReLU,
               Linear<30, 4, MeanFieldNormal, MeanFieldNormal, Cuda<float>>>
        model{Seed{3}};
    Dataset<std::int32_t> data{Array<float>({64, 8}, numbers<float>(64 * 8)),
                               Array<std::int32_t>({64})};
    for (Index i = 0; i < 64; ++i) data.targets[i] = data.inputs[i * 8] > 0 ? 1 : 0;
    const auto report = fit(model, Elbo{Categorical{}}, data,
                            {.epochs = 60, .batch_size = 16, .progress = Progress::none},
                            Adam{.learning_rate = 1e-2});
    CHECK(report.epochs.back().loss < report.epochs.front().loss);
    const auto prediction = predict(model, Categorical{}, data.inputs, {.samples = 20});
    Index right = 0;
    for (Index i = 0; i < 64; ++i)
        right += prediction.classes()[static_cast<std::size_t>(i)] == data.targets[i];
    CHECK(right >= 56);  // separable by one input
}
