// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Where the laws look at log-normal distributions.
#pragma once

#include <blue/distributions/log_normal.hpp>
#include <blue/testing/density_laws.hpp>

namespace blue_test {

/// A scale of 2 covers 12 orders of magnitude, too much for a grid around the mean; weights are
/// exp(loc + scale z), so numbers of float end at a loc of 80, far from a million.
inline const blue::testing::DistributionLawOptions<blue::MeanFieldLogNormal> log_normal{
    .points = {{0.2, 0.3}, {-1.0, 0.5}, {0.4, 0.8}},
    .extremes = {{-20, 0.3}, {20, 0.3}, {0.2, 2e-9}, {0.2, 2}}};

}  // namespace blue_test
