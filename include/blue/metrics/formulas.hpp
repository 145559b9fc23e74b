// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What predictions and metrics compute of single numbers, on every backend.
#pragma once

#include <blue/config.hpp>
#include <blue/math/math.hpp>

#include <limits>

namespace blue::metrics {

/// Probabilities of one example must sum to 1 within this. Means of float softmax outputs over
/// thousands of samples are within 1e-5; logits or unnormalised scores are far away.
inline constexpr double probability_sum_tolerance = 1e-4;

namespace detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Functions of single numbers, which device code cannot call in the standard library.
BLUE_HOST_DEVICE inline double exp_of(double x) {
    return exp(math::Number<double>(x)).r[0];
}
BLUE_HOST_DEVICE inline double log_of(double x) {
    return log(math::Number<double>(x)).r[0];
}
BLUE_HOST_DEVICE inline double sqrt_of(double x) {
    return sqrt(math::Number<double>(x)).r[0];
}

/// The place of the largest of some numbers, the first one when several are equal.
template <class T>
BLUE_HOST_DEVICE Index largest_of(const T* row, Index count) {
    Index largest = 0;
    for (Index i = 1; i < count; ++i)
        if (row[largest] < row[i]) largest = i;
    return largest;
}

/// Whether the sum of some probabilities is that of a distribution.
BLUE_HOST_DEVICE inline bool sums_to_one(double sum) {
    return !(sum - 1 > probability_sum_tolerance) & !(1 - sum > probability_sum_tolerance);
}

/// -p log p, 0 for p = 0. \tparam S a pack.
template <class S>
BLUE_HOST_DEVICE S entropy_terms(S p) {
    return where(p > 0, -p * log(p), S(0));
}
BLUE_HOST_DEVICE inline double entropy_term(double p) {
    return entropy_terms(math::Number<double>(p)).r[0];
}

/// What remains of the entropy of a mean without the mean entropy. Jensen's inequality makes it
/// non-negative; rounding may not.
BLUE_HOST_DEVICE inline double information(double entropy_of_mean, double mean_entropy) {
    const double difference = entropy_of_mean - mean_entropy;
    return difference > 0 ? difference : 0;
}

/// p(0) of two outcomes from the logit log p(1) / p(0), and from minus the logit p(1): 1 - p would
/// lose what is small. \tparam S a pack.
template <class S>
BLUE_HOST_DEVICE S outcome_probabilities(S logit) {
    return 1 / (1 + exp(logit));
}

/// -log p in nats; infinite for p = 0.
BLUE_HOST_DEVICE inline double log_score(double p) {
    return -log_of(p);
}

/// The bin of a confidence among bins of equal width: bin m takes (m / bins, (m + 1) / bins], the
/// first one 0, too.
BLUE_HOST_DEVICE inline Index confidence_bin(double confidence, Index bins) {
    const double place = confidence * static_cast<double>(bins);
    Index bin = static_cast<Index>(place);
    if (static_cast<double>(bin) == place) --bin;
    return bin < 0 ? 0 : bin < bins ? bin : bins - 1;
}

/// Whether a normal distribution of this standard deviation has a density.
BLUE_HOST_DEVICE inline bool is_scale(double std) {
    return (std > 0) & (std < infinity);
}

/// log(2 pi) / 2.
inline constexpr double log_constant = 0.91893853320467274178;

/// -log N(y; mean, std^2) in nats, without the constant log(2 pi) / 2.
BLUE_HOST_DEVICE inline double normal_score(double mean, double std, double y) {
    const double z = (y - mean) / std;
    return z * z / 2 + log_of(std);
}

/// Takes one more number into a mean, with weight 1 / how many they are then, and into the sum of
/// squared distances from it. Welford's update, so that small spreads around large means are not
/// lost.
BLUE_HOST_DEVICE inline void add_to_moments(double x, double weight, double& mean,
                                            double& squares) {
    const double difference = x - mean;
    mean += difference * weight;
    squares += difference * (x - mean);
}

/// The logarithm of a sum of exponentials, of terms that come one after the other.
struct LogSumExp {
    double largest = -infinity, sum = 0;

    BLUE_HOST_DEVICE void add(double x) {
        const double next = largest < x ? x : largest;  // of NaN: what was there
        if (x == -infinity && next == x) return;
        sum = sum * exp_of(largest - next) + exp_of(x - next);
        largest = next;
    }
    BLUE_HOST_DEVICE double value() const { return largest + log_of(sum); }
};

}  // namespace detail

}  // namespace blue::metrics
