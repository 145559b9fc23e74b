// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks of the usual kinds on the device.
#include <blue/cuda.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"

#include "backends/cuda/networks.hpp"

#include <blue/backends/cpu/backend.hpp>

using namespace blue;
using namespace blue_test;

namespace {

/// Compares training on the device with the CPU's, and with itself.
template <template <class> class M, class Shape, bool Whole = false>
void check() {
    if (!cuda::available()) return skip("no CUDA device");
    const auto given = train_network<M<Cuda<double>>, Shape, Whole>();
    // Rounding of 1e-16 in sums of some hundred terms, amplified by a step of Adam.
    CHECK(worst_of(given, train_network<M<Cpu<double>>, Shape, Whole>()) < 1e-10);
    CHECK(train_network<M<Cuda<double>>, Shape, Whole>() == given);  // to the last bit
}

}  // namespace

TEST_CASE("cuda networks on the device: convolutions, pooling, batch normalisation", "[cuda]") {
    check<LeNet, shape<1, 12, 12>>();
}

TEST_CASE("cuda networks on the device: a layer of a transformer", "[cuda]") {
    check<Encoder, shape<5>, true>();
}

TEST_CASE("cuda networks on the device: recurrent layers", "[cuda]") {
    check<Recurrent, shape<6, 4>>();
}
