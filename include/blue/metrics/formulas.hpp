// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What predictions and metrics compute of single numbers, on every backend.
#pragma once

#include <blue/config.hpp>
#include <blue/math/math.hpp>

#include <limits>
#include <numbers>

namespace blue::metrics::detail {

/// The place of the largest of some numbers, the first one when several are equal.
template <class T>
BLUE_HOST_DEVICE Index largest_of(const T* row, Index count) {
    Index largest = 0;
    for (Index i = 1; i < count; ++i)
        if (row[largest] < row[i]) largest = i;
    return largest;
}

/// Functions of single numbers, which are not to be had from <cmath> on every device.
BLUE_HOST_DEVICE inline double log_of(double x) {
    return log(math::Number<double>(x)).r[0];
}
BLUE_HOST_DEVICE inline double exp_of(double x) {
    return exp(math::Number<double>(x)).r[0];
}

}  // namespace blue::metrics::detail
