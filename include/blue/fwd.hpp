// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Forward declarations and default policies.
#pragma once

#include <blue/config.hpp>

namespace blue {

namespace cpu {
/// The instruction set that a translation unit is compiled for (a name such as `avx512`). It is
/// part of the backend's type, so that objects compiled with different flags cannot share kernels
/// by accident.
struct BLUE_ISA;
}  // namespace cpu

template <class T, class Isa = cpu::BLUE_ISA>
struct Cpu;

/// How an operation estimates the expectation over a random variable: what wrappers such as
/// `Flipout` put in the place of drawn weights.
namespace estimator {
struct DrawnWeights;       ///< one draw of the weights per sample, shared by the batch
struct DrawnOutputs;       ///< `LocalReparameterization`
struct FlippedDeviations;  ///< `Flipout`
}  // namespace estimator

struct Seed;
struct MeanFieldNormal;
struct NonBayesian;
struct UniformPrior;
struct Categorical;

}  // namespace blue
