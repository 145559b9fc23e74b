// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Row-major products through the column-major interface of BLAS.
#include "support/catch.hpp"

#include "backends/cuda/compare.hpp"

#include <blue/tensor/buffer.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// The largest error of three products of 3 x 4 and 4 x 5 matrices, the second one shared.
template <bool TransA, bool TransB>
double worst_error(bool add) {
    constexpr Index m = 3, n = 5, k = 4, count = 3;
    const std::vector<double> a = numbers<double>(count * m * k), b = numbers<double>(k * n, -1, 3),
                              c = numbers<double>(count * m * n, 5, 6);
    // Device memory with room between the results and between their rows: those of an attention.
    constexpr Index distance = n + 3, stride = m * distance + 2;
    Buffer<Emulated<double>> device_a(count * m * k), device_b(k * n), device_c(count * stride);
    using memory = Emulated<double>::memory;
    memory::copy_from_host(device_a.data(), a.data(), device_a.size());
    memory::copy_from_host(device_b.data(), b.data(), device_b.size());
    for (Index i = 0; i < count * m; ++i)
        memory::copy_from_host(device_c.data() + i / m * stride + i % m * distance,
                               c.data() + i * n, n);
    cuda::gemm<TransA, TransB, HostExecutor>(
        m, n, k, cuda::Matrices<const double>{device_a.data(), m * k},
        cuda::Matrices<const double>{device_b.data(), 0},
        cuda::Matrices<double>{device_c.data(), stride, distance}, count, add);
    double worst = 0;
    for (Index i = 0; i < count; ++i) {
        std::vector<double> result(stride);
        memory::copy_to_host(result.data(), device_c.data() + i * stride, stride);
        for (Index row = 0; row < m; ++row)
            for (Index column = 0; column < n; ++column) {
                const Index at = row * n + column;
                double expected = add ? c[static_cast<std::size_t>(i * m * n + at)] : 0;
                for (Index t = 0; t < k; ++t)
                    expected +=
                        a[static_cast<std::size_t>(i * m * k +
                                                   (TransA ? t * m + row : row * k + t))] *
                        b[static_cast<std::size_t>(TransB ? column * k + t : t * n + column)];
                worst = std::max(
                    worst,
                    std::abs(result[static_cast<std::size_t>(row * distance + column)] - expected));
            }
    }
    return worst;
}

}  // namespace

TEST_CASE("cuda gemm: all transpositions, with and without adding", "[cuda]") {
    // Sums of four products of size 6.
    constexpr double tolerance = 1e-14;
    for (bool add : {false, true}) {
        CHECK(worst_error<false, false>(add) < tolerance);
        CHECK(worst_error<false, true>(add) < tolerance);
        CHECK(worst_error<true, false>(add) < tolerance);
        CHECK(worst_error<true, true>(add) < tolerance);
    }
}
