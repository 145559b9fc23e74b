// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Packs, their functions and dual numbers.
#pragma once

#include <blue/math/dual.hpp>
#include <blue/math/functions.hpp>
#include <blue/math/pack.hpp>
