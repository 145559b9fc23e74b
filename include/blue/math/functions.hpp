// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// All functions that a formula may use, on packs.
#pragma once

#include <blue/math/elementary.hpp>
#include <blue/math/special.hpp>
#include <blue/math/trigonometric.hpp>
