// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks of the usual kinds on the CUDA backend, run on the host.
#include "support/catch.hpp"

#include "backends/cuda/networks.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>

#include <algorithm>
#include <limits>

using namespace blue;
using namespace blue_test;

namespace {

/// The largest difference to the CPU, of all samples at once and in chunks; infinite when it
/// depends on the order of threads.
template <template <class> class M, class Shape, bool Whole = false>
double worst() {
    using B = Emulated<double>;
    const auto given = train_network<M<B>, Shape, Whole>();
    HostExecutor::reverse = true;
    const auto reversed = train_network<M<B>, Shape, Whole>();
    HostExecutor::reverse = false;
    if (given != reversed) return std::numeric_limits<double>::infinity();
    const auto in_chunks = train_network<M<B>, Shape, Whole>(2);
    const auto expected = train_network<M<Cpu<double>>, Shape, Whole>();
    return std::max(worst_of(given, expected), worst_of(in_chunks, expected));
}

// Rounding of 1e-16 in sums of some hundred terms, amplified by a step of Adam.
constexpr double tolerance = 1e-10;

}  // namespace

TEST_CASE("cuda networks: convolutions, pooling, batch normalisation", "[cuda]") {
    CHECK(worst<LeNet, shape<1, 12, 12>>() < tolerance);
}

TEST_CASE("cuda networks: a layer of a transformer", "[cuda]") {
    CHECK(worst<Encoder, shape<5>, true>() < tolerance);
}

TEST_CASE("cuda networks: recurrent layers", "[cuda]") {
    CHECK(worst<Recurrent, shape<6, 4>>() < tolerance);
    CHECK(worst<Fresh, shape<6, 4>>() < tolerance);
}
