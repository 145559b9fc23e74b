// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The headers of the CUDA backend, linked with translation units of the C++ compiler.
#include "all_blue.hpp"
#include "all_blue_cuda.hpp"
