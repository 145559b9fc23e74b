// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How good predicted numbers and their uncertainty are.
///
/// Predictions, targets, means and standard deviations have one shape; samples have a leading axis
/// for the draws in front of it. All functions throw ShapeError when shapes differ or are empty and
/// ValueError for numbers that are not finite. Results are means over all targets, in the unit of
/// the targets unless said otherwise.
#pragma once

#include <blue/metrics/checks.hpp>
#include <blue/metrics/formulas.hpp>
#include <blue/tensor/array.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace blue::metrics {

namespace detail {

/// Checks a predicted normal distribution per target.
template <class M, class S, class T>
void check_normal(const Array<M>& mean, const Array<S>& std, const Array<T>& target,
                  const char* metric) {
    check_pair(mean, "mean", target, "target", metric);
    check_pair(std, "std", target, "target", metric);
    check_finite(mean, "mean", metric);
    check_finite(std, "std", metric);
    check_finite(target, "target", metric);
    for (Index i = 0; i < std.size(); ++i)
        if (!(std[i] > 0))
            throw ValueError(metric, ": expected positive standard deviations, got ", std[i],
                             " at element ", i);
}

/// Checks samples of shape (S, ...) for targets of shape (...).
template <class X, class T>
void check_ensemble(const Array<X>& samples, const Array<T>& target, const char* metric) {
    auto expected = target.shape();
    expected.insert(expected.begin(), samples.rows());
    if (samples.shape() != expected || samples.empty())
        throw ShapeError(metric,
                         ": expected samples of shape (S, ...) for targets of shape (...), got ",
                         to_string(samples.shape()), " and ", to_string(target.shape()));
    check_finite(samples, "samples", metric);
    check_finite(target, "target", metric);
}

inline void check_level(double level, const char* metric) {
    if (!(level > 0 && level < 1))
        throw ValueError(metric, ": expected a level between 0 and 1, got ", level);
}

/// The draws of one target, sorted.
template <class X>
void sorted_draws(const Array<X>& samples, Index i, std::vector<double>& draws) {
    draws.clear();
    for (Index s = 0; s < samples.rows(); ++s)
        draws.push_back(static_cast<double>(samples.row(s)[i]));
    std::sort(draws.begin(), draws.end());
}

/// Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
inline double quantile(const std::vector<double>& sorted, double probability) {
    const double position = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const auto above = std::min(below + 1, sorted.size() - 1);
    const double fraction = position - static_cast<double>(below);
    return sorted[below] + fraction * (sorted[above] - sorted[below]);
}

/// Sums over the draws x of one target y: |x - y|, and |x - x'| over all pairs.
struct DrawDistances {
    double to_target = 0;
    double between = 0;
};
template <class X>
DrawDistances draw_distances(const Array<X>& samples, Index i, double target,
                             std::vector<double>& draws) {
    sorted_draws(samples, i, draws);
    const auto count = static_cast<double>(draws.size());
    DrawDistances sums;
    for (std::size_t s = 0; s < draws.size(); ++s) {
        const double error = draws[s] - target;
        sums.to_target += std::abs(error);
        // A sorted draw is the larger one of s pairs and the smaller one of S - 1 - s. The target
        // cancels; without it large numbers would.
        sums.between += (2 * static_cast<double>(s) + 1 - count) * error;
    }
    return sums;
}

/// f(i) averaged over the targets.
template <class F>
double mean_over(Index n, F&& f) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += f(i);
    return sum / static_cast<double>(n);
}

}  // namespace detail

/// Root of the mean squared error.
template <class P, class T>
double root_mean_squared_error(const Array<P>& prediction, const Array<T>& target) {
    const char* metric = "root_mean_squared_error";
    detail::check_pair(prediction, "prediction", target, "target", metric);
    detail::check_finite(prediction, "prediction", metric);
    detail::check_finite(target, "target", metric);
    return std::sqrt(detail::mean_over(target.size(), [&](Index i) {
        const double error = static_cast<double>(prediction[i]) - static_cast<double>(target[i]);
        return error * error;
    }));
}

/// Mean negative log density of normal predictions in nats, with the constant log(2 pi) / 2.
template <class M, class S, class T>
double normal_negative_log_likelihood(const Array<M>& mean, const Array<S>& std,
                                      const Array<T>& target) {
    detail::check_normal(mean, std, target, "normal_negative_log_likelihood");
    return detail::mean_over(target.size(), [&](Index i) {
        return detail::normal_score(static_cast<double>(mean[i]), static_cast<double>(std[i]),
                                    static_cast<double>(target[i])) +
               detail::log_constant;
    });
}

/// The fraction of targets in [lower, upper].
template <class L, class U, class T>
double interval_coverage(const Array<L>& lower, const Array<U>& upper, const Array<T>& target) {
    const char* metric = "interval_coverage";
    detail::check_pair(lower, "lower", target, "target", metric);
    detail::check_pair(upper, "upper", target, "target", metric);
    detail::check_finite(target, "target", metric);
    for (Index i = 0; i < target.size(); ++i)
        if (!(static_cast<double>(lower[i]) <= static_cast<double>(upper[i])))
            throw ValueError(metric, ": expected lower <= upper, got ", lower[i], " and ", upper[i],
                             " at element ", i);
    return detail::mean_over(target.size(), [&](Index i) {
        const double y = static_cast<double>(target[i]);
        return static_cast<double>(lower[i]) <= y && y <= static_cast<double>(upper[i]) ? 1.0 : 0.0;
    });
}

/// The fraction of targets in the central interval of the given level of normal predictions. A
/// calibrated prediction gives the level.
template <class M, class S, class T>
double normal_interval_coverage(const Array<M>& mean, const Array<S>& std, const Array<T>& target,
                                double level) {
    detail::check_normal(mean, std, target, "normal_interval_coverage");
    detail::check_level(level, "normal_interval_coverage");
    return detail::mean_over(target.size(), [&](Index i) {
        const double z = (static_cast<double>(target[i]) - static_cast<double>(mean[i])) /
                         static_cast<double>(std[i]);
        return std::erf(std::abs(z) / std::numbers::sqrt2) <= level ? 1.0 : 0.0;
    });
}

/// Lower and upper ends of the central interval of the given level of the draws: samples of shape
/// (S, ...) give two arrays of shape (...). Quantiles are interpolated between the sorted draws.
template <class X>
std::pair<Array<double>, Array<double>> central_interval(const Array<X>& samples, double level) {
    detail::check_level(level, "central_interval");
    if (samples.rank() < 1 || samples.empty())
        throw ShapeError("central_interval: expected samples of shape (S, ...), got ",
                         to_string(samples.shape()));
    detail::check_finite(samples, "samples", "central_interval");
    const std::vector<Index> shape(samples.shape().begin() + 1, samples.shape().end());
    std::pair<Array<double>, Array<double>> interval{Array<double>(shape), Array<double>(shape)};
    std::vector<double> draws;
    for (Index i = 0; i < samples.row_size(); ++i) {
        detail::sorted_draws(samples, i, draws);
        interval.first[i] = detail::quantile(draws, (1 - level) / 2);
        interval.second[i] = detail::quantile(draws, (1 + level) / 2);
    }
    return interval;
}

/// Continuous ranked probability score of normal predictions; for a certain prediction it is the
/// absolute error. Gneiting and Raftery (2007), Strictly proper scoring rules, equation (21).
template <class M, class S, class T>
double crps_normal(const Array<M>& mean, const Array<S>& std, const Array<T>& target) {
    detail::check_normal(mean, std, target, "crps_normal");
    return detail::mean_over(target.size(), [&](Index i) {
        const double sigma = static_cast<double>(std[i]);
        const double z = (static_cast<double>(target[i]) - static_cast<double>(mean[i])) / sigma;
        const double density =
            std::exp(-z * z / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
        return sigma *
               (z * std::erf(z / std::numbers::sqrt2) + 2 * density - std::numbers::inv_sqrtpi);
    });
}

/// Continuous ranked probability score of S draws, mean |x - y| - mean |x - x'| / 2. The second
/// mean is over all S^2 pairs, so the score is that of the draws as a distribution.
template <class X, class T>
double crps_ensemble(const Array<X>& samples, const Array<T>& target) {
    detail::check_ensemble(samples, target, "crps_ensemble");
    const auto count = static_cast<double>(samples.rows());
    std::vector<double> draws;
    return detail::mean_over(target.size(), [&](Index i) {
        const auto sums = detail::draw_distances(samples, i, static_cast<double>(target[i]), draws);
        return sums.to_target / count - sums.between / (count * count);
    });
}

/// Like crps_ensemble, with the pairs of different draws only: an unbiased estimate of the score of
/// the distribution that the draws come from. Needs two draws. Ferro (2014), Fair scores for
/// ensemble forecasts.
template <class X, class T>
double fair_crps_ensemble(const Array<X>& samples, const Array<T>& target) {
    detail::check_ensemble(samples, target, "fair_crps_ensemble");
    if (samples.rows() < 2)
        throw ValueError("fair_crps_ensemble: expected at least 2 draws, got 1");
    const auto count = static_cast<double>(samples.rows());
    std::vector<double> draws;
    return detail::mean_over(target.size(), [&](Index i) {
        const auto sums = detail::draw_distances(samples, i, static_cast<double>(target[i]), draws);
        return sums.to_target / count - sums.between / (count * (count - 1));
    });
}

}  // namespace blue::metrics
