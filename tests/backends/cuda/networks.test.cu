// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks of the usual kinds in a file of nvcc: on the host executor and on the device.
#include <blue/cuda.hpp>

#include "support/catch.hpp"
#include "support/skip.hpp"

#include "backends/cuda/joint.hpp"
#include "backends/cuda/networks.hpp"

#include <blue/backends/cpu/backend.hpp>

using namespace blue;
using namespace blue_test;

namespace {

// Rounding of 1e-16 in sums of some hundred terms, amplified by a step of Adam.
constexpr double tolerance = 1e-10;

/// Compares training with kernels that nvcc compiles for the host, and for the device, with that of
/// the CPU backend; on the device twice.
template <template <class> class M, class Shape, bool Whole = false>
void check() {
    const auto expected = train_network<M<Cpu<double>>, Shape, Whole>();
    CHECK(worst_of(train_network<M<Emulated<double>>, Shape, Whole>(), expected) < tolerance);
    if (!cuda::available()) return skip("no CUDA device");
    const auto given = train_network<M<Cuda<double>>, Shape, Whole>();
    CHECK(worst_of(given, expected) < tolerance);
    CHECK(train_network<M<Cuda<double>>, Shape, Whole>() == given);  // to the last bit
}

}  // namespace

TEST_CASE("cuda networks of nvcc: convolutions, pooling, batch normalisation", "[cuda]") {
    check<LeNet, shape<1, 12, 12>>();
}

TEST_CASE("cuda networks of nvcc: a layer of a transformer", "[cuda]") {
    check<Encoder, shape<5>, true>();
}

TEST_CASE("cuda networks of nvcc: recurrent layers", "[cuda]") {
    check<Recurrent, shape<6, 4>>();
}

TEST_CASE("cuda networks of nvcc: joint distributions", "[cuda]") {
    check<JointNet, shape<8>>();
}
