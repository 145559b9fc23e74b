// SPDX-License-Identifier: BSD-3-Clause
// The object that blue_precompile links.
#define BLUE_INSTANTIATE template
#include <blue/precompiled.hpp>
