// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The backends that reference cases run on: those of this machine's processor, the CUDA backend
/// on the host executor among them; in programs for the device, the device.
#pragma once

#include "backends/cuda/compare.hpp"

#include <blue/backends/cuda/backend.hpp>
#include <blue/blue.hpp>

#include <tuple>

namespace blue_test::golden {

#if defined(BLUE_TEST_ON_DEVICE)
using Backends = std::tuple<Emulated<double>, Emulated<float>>;
#else
using Backends = std::tuple<blue::Cpu<double>, blue::Cpu<float>, Emulated<double>>;
#endif

}  // namespace blue_test::golden
