// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The small parts of kernels: division of indices, sums of parts.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/tensor/buffer.hpp>

using namespace blue;
using namespace blue_test;

TEST_CASE("cuda divide: in 32 and in 64 bits", "[cuda]") {
    for (Index n : {Index{1}, Index{7}, Index{1} << 31, (Index{1} << 32) - 1, Index{1} << 40})
        for (Index i : {Index{0}, Index{6}, Index{7}, (Index{1} << 32) - 1, Index{1} << 32,
                        (Index{1} << 45) + 12345}) {
            const cuda::Quotient q = cuda::divide(i, n);
            CHECK(q.quotient == i / n);
            CHECK(q.remainder == i % n);
        }
}

TEST_CASE("cuda sums of parts: assigns or adds", "[cuda]") {
    constexpr Index groups = 3, count = 600;  // more than the lanes of a block
    Tape<Emulated<double>> tape;
    const std::vector<double> host = numbers<double>(groups * count);
    const auto* parts = Emulated<double>::to_device(tape, host.data(), groups * count);
    Buffer<Emulated<double>> totals(groups);
    for (int uses = 1; uses <= 2; ++uses) {
        HostExecutor::reduce<cuda::block_lanes>(
            groups, cuda::SumParts<double>{{}, parts, count, totals.data(), uses == 2});
        std::vector<double> given(groups);
        Emulated<double>::memory::copy_to_host(given.data(), totals.data(), groups);
        for (std::size_t g = 0; g < 3; ++g) {
            double expected = 0;
            for (std::size_t i = 0; i < count; ++i) expected += host[g * count + i];
            CHECK(given[g] == Approx(uses * expected).epsilon(1e-13));
        }
    }
}

TEST_CASE("cuda sums: the order of threads does not matter, to the last bit", "[cuda]") {
    Tape<Emulated<float>> tape;
    const std::vector<float> host = numbers<float>(10000);
    const auto* x = Emulated<float>::to_device(tape, host.data(), 10000);
    const auto total = [&] {
        double* const sum = tape.device_memory<double>(1);
        cuda::sum_all<HostExecutor>(tape, x, 10000, false, sum);
        double value = 0;
        HostExecutor::copy_to_host(&value, sum, sizeof value);
        return value;
    };
    const double forwards = total();
    HostExecutor::reverse = true;
    const double backwards = total();
    HostExecutor::reverse = false;
    CHECK(forwards == backwards);
    // Another order gives other last bits: so the check above can fail.
    float plain = 0;
    for (float value : host) plain += value;
    CHECK(static_cast<double>(plain) != forwards);
}
