// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Means and variances on the device, and what normalisations have in common.
#pragma once

#include <blue/backends/cuda/parallel.hpp>
#include <blue/math/math.hpp>

namespace blue::cuda {

/// Mean and variance in one pass come from sums of distances from one of the numbers, and of their
/// squares, in double: the squares of n numbers are at most n times as large as n variances.
template <class T>
BLUE_HOST_DEVICE void add_distance(Sums<2>& sum, T number, T origin) {
    const double distance = static_cast<double>(number) - static_cast<double>(origin);
    sum.total[0] += distance;
    sum.total[1] += distance * distance;
}

/// Numbers with mean 0 and variance 1, from the sums of `count` of them.
template <class T>
struct StandardScore {
    T mean, scale;    ///< scale = 1 / sqrt(variance + eps)
    double variance;  ///< with 1 / count

    BLUE_HOST_DEVICE StandardScore(const Sums<2>& sum, T origin, Index count, double eps) {
        const double n = static_cast<double>(count), distance = sum.total[0] / n;
        const double difference = sum.total[1] / n - distance * distance;
        variance = difference > 0 ? difference : 0;
        mean = static_cast<T>(static_cast<double>(origin) + distance);
        scale = static_cast<T>(1 / sqrt(math::Number<double>(variance + eps)).r[0]);
    }
    BLUE_HOST_DEVICE StandardScore(T mean, T scale) : mean(mean), scale(scale), variance(0) {}
    BLUE_HOST_DEVICE T operator()(T x) const { return (x - mean) * scale; }
};

/// Adds the slope of a standardised number z, and the slope times z.
template <class T>
BLUE_HOST_DEVICE void add_slope(Sums<2>& sum, T z, T slope) {
    sum.total[0] += static_cast<double>(slope);
    sum.total[1] += static_cast<double>(slope * z);
}

/// The slopes of numbers from those of their standardised values: scale (slope - mean(slope) -
/// z mean(z slope)).
template <class T>
struct StandardScoreSlope {
    T mean, along, scale;
    BLUE_HOST_DEVICE StandardScoreSlope(const Sums<2>& sum, Index count, T scale)
        : mean(static_cast<T>(sum.total[0] / static_cast<double>(count))),
          along(static_cast<T>(sum.total[1] / static_cast<double>(count))),
          scale(scale) {}
    BLUE_HOST_DEVICE T operator()(T z, T slope) const { return (slope - mean - z * along) * scale; }
};

}  // namespace blue::cuda
