// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Batches on the CUDA backend: data that stay on the device, and data that are copied beside the
/// computation.
#include "support/catch.hpp"

#include "backends/cuda/models.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/train/fit.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

using namespace blue;
using namespace blue_test;

namespace {

using B = Emulated<float>;

std::vector<double> on_host(const double* on_device, Index count) {
    std::vector<double> host(static_cast<std::size_t>(count));
    HostExecutor::copy_to_host(host.data(), on_device, host.size() * sizeof(double));
    return host;
}

/// All batches of three of seven rows in an order, each read only after the next one is on its way.
std::vector<double> in_batches(bool keep, bool prepare, bool late) {
    HostExecutor::late = late;
    const Array<std::uint8_t> from({7, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255});
    const std::vector<Index> order{6, 0, 3, 3, 1, 5, 2};
    detail::Batches<B, std::uint8_t, double> batches;
    if (keep) batches.keep(from);
    std::vector<double> all;
    for (int epoch = 0; epoch < 2; ++epoch) {
        batches.begin(from, order);
        for (Index first = 0; first < 7; first += 3) {
            const double* const batch = batches.take(first, std::min<Index>(3, 7 - first));
            if (prepare && first < 6)
                batches.prepare(first + 3, std::min<Index>(3, 7 - (first + 3)));
            const auto host = on_host(batch, 2 * std::min<Index>(3, 7 - first));
            all.insert(all.end(), host.begin(), host.end());
        }
    }
    HostExecutor::late = false;
    return all;
}

template <class Backend>
using Mlp = Sequential<Linear<8, 30, MeanFieldNormal, MeanFieldNormal, Backend>, ReLU,
                       Linear<30, 4, MeanFieldNormal, MeanFieldNormal, Backend>>;

Dataset<std::int32_t> examples(Index count) {
    Dataset<std::int32_t> data{Array<float>({count, 8}, numbers<float>(count * 8)),
                               Array<std::int32_t>({count})};
    for (Index i = 0; i < count; ++i) data.targets[i] = data.inputs[i * 8] > 0 ? 3 : 1;
    return data;
}

/// Losses of three epochs of fit.
template <class Backend>
std::vector<double> losses(Index resident_bytes, Index examples_count = 60) {
    Mlp<Backend> net{Seed{3}};
    const auto report = fit(net, Elbo{Categorical{}}, examples(examples_count),
                            {.epochs = 3,
                             .batch_size = 16,
                             .samples = 2,
                             .resident_bytes = resident_bytes,
                             .progress = Progress::none});
    std::vector<double> result;
    for (const auto& epoch : report.epochs)
        result.insert(result.end(), {epoch.loss, epoch.data_fitting, epoch.divergence});
    return result;
}

}  // namespace

TEST_CASE("cuda batches: the rows of an order, kept or copied, sooner or later", "[cuda]") {
    const std::vector<double> epoch{12, 255, 0, 1, 6, 7, 6, 7, 2, 3, 10, 11, 4, 5};
    std::vector<double> expected = epoch;
    expected.insert(expected.end(), epoch.begin(), epoch.end());
    for (bool keep : {false, true})
        for (bool prepare : {false, true})
            for (bool late : {false, true}) CHECK(in_batches(keep, prepare, late) == expected);
}

TEST_CASE("cuda batches: the next one does not disturb the present one", "[cuda]") {
    const Array<float> from({4, 1}, {1, 2, 3, 4});
    detail::Batches<B, float, double> batches;
    batches.begin(from);
    const double* const first = batches.take(0, 2);
    batches.prepare(2, 2);
    CHECK(on_host(first, 2) == std::vector<double>{1, 2});
    // What was prepared is not what is wanted.
    CHECK(on_host(batches.take(1, 2), 2) == std::vector<double>{2, 3});
}

TEST_CASE("host executor: memory of a copy that may not have been made cannot be written",
          "[cuda]") {
    // What the tests above rely on.
    cuda::Upload<HostExecutor> upload;
    auto* const host = static_cast<volatile char*>(upload.host(8));
    *host = 1;
    upload.start(8);
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGSEGV, SIG_DFL);  // Catch2 has its own
        *host = 2;
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    *static_cast<volatile char*>(upload.host(8)) = 2;
}

TEST_CASE("cuda fit: data on the device or beside it give the same bits", "[cuda]") {
    const auto expected = losses<Cpu<double>>(0);
    const auto resident = losses<Emulated<double>>(Index{1} << 30);
    // Rounding of 1e-16 in sums of some hundred terms, amplified by twelve steps of Adam.
    CHECK(worst_of(resident, expected) < 1e-11);
    for (bool late : {false, true}) {
        HostExecutor::late = late;
        CHECK(losses<Emulated<double>>(0) == resident);
        HostExecutor::late = false;
    }
}

TEST_CASE("cuda fit: a step waits for the device once", "[cuda]") {
    const auto count = [](Index resident_bytes, Index examples_count) {
        const long waits = HostExecutor::waits(), copies = HostExecutor::copies_beside();
        losses<B>(resident_bytes, examples_count);
        return std::pair{HostExecutor::waits() - waits, HostExecutor::copies_beside() - copies};
    };
    // Twelve steps more, in three epochs.
    const auto few = count(Index{1} << 30, 64), many = count(Index{1} << 30, 128);
    CHECK(many.first - few.first == 12);
    CHECK(many.second == 0);
    // Inputs and targets of each step. Nothing is read but losses and norms.
    const auto beside_few = count(0, 64), beside_many = count(0, 128);
    CHECK(beside_many.first - beside_few.first == 12);
    CHECK(beside_many.second - beside_few.second == 24);
    CHECK(beside_few.second == 24);
    // A byte too few: nothing is kept.
    CHECK(count(64 * 9 * 4, 64).second == 0);
    CHECK(count(64 * 9 * 4 - 1, 64).second == 24);
}
