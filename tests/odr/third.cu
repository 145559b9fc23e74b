// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// All headers in a file of nvcc, linked with translation units of the C++ compiler.
#include "all_blue.hpp"
#include "all_blue_cuda.hpp"
