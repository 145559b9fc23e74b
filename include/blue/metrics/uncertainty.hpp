// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How uncertain class predictions are and where that comes from, in nats; detection of inputs
/// that are unlike the training data.
///
/// Samples of probabilities have the shape (S, N, C): S draws of the weights. With the mean over
/// the draws, H(mean p) = mean H(p) + I: the total is what the data leave open (expected entropy,
/// aleatoric) plus what the weights leave open (mutual information, epistemic). Houlsby, Huszar,
/// Ghahramani and Lengyel (2011), Bayesian active learning for classification; Depeweg et al.
/// (2018).
#pragma once

#include <blue/metrics/checks.hpp>
#include <blue/metrics/formulas.hpp>
#include <blue/tensor/array.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace blue::metrics {

namespace detail {

/// p log(p / m) - p + m, which is never negative. In the mean over the draws p the last two terms
/// cancel, and with them the rounding of their mean m.
inline double divergence_term(double p, double m) {
    if (p < m / 2) return (p > 0 ? p * std::log(p / m) : 0) - p + m;
    const double deviation = (p - m) / m;
    return std::max(0.0, m * ((1 + deviation) * std::log1p(deviation) - deviation));
}

template <class T>
void check_samples(const Array<T>& samples, const char* metric) {
    check_rank(samples, 3, metric, "samples of probabilities of shape (S, N, C)");
    check_distributions(samples, samples.shape()[2], metric);
}

template <class T>
Array<double> mean_over_draws(const Array<T>& samples) {
    Array<double> mean({samples.shape()[1], samples.shape()[2]});
    for (Index s = 0; s < samples.rows(); ++s)
        for (Index i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(samples.row(s)[i]);
    for (double& p : mean) p /= static_cast<double>(samples.rows());
    return mean;
}

template <class T>
Array<double> entropy_of_rows(const Array<T>& probabilities) {
    Array<double> entropy({probabilities.rows()});
    for (Index i = 0; i < entropy.size(); ++i)
        for (Index c = 0; c < probabilities.row_size(); ++c)
            entropy[i] += entropy_term(static_cast<double>(probabilities.row(i)[c]));
    return entropy;
}

}  // namespace detail

/// The mean over the draws: shape (S, N, C) to (N, C).
template <class T>
Array<double> mean_probabilities(const Array<T>& samples) {
    detail::check_samples(samples, "mean_probabilities");
    return detail::mean_over_draws(samples);
}

/// Total uncertainty of each example, -sum_c p_c log p_c of the mean probabilities: from 0 to log C
/// nats, shape (N). Takes samples (S, N, C) or mean probabilities (N, C). Throws ShapeError and
/// ValueError as all functions here when the numbers are not distributions over the classes.
template <class T>
Array<double> predictive_entropy(const Array<T>& probabilities) {
    const char* metric = "predictive_entropy";
    if (probabilities.rank() == 3) {
        detail::check_samples(probabilities, metric);
        return detail::entropy_of_rows(detail::mean_over_draws(probabilities));
    }
    detail::check_rank(probabilities, 2, metric, "probabilities of shape (N, C) or (S, N, C)");
    detail::check_distributions(probabilities, probabilities.shape()[1], metric);
    return detail::entropy_of_rows(probabilities);
}

/// Aleatoric uncertainty of each example, the mean entropy of the draws, in nats: shape (S, N, C)
/// to (N).
template <class T>
Array<double> expected_entropy(const Array<T>& samples) {
    detail::check_samples(samples, "expected_entropy");
    const Index classes = samples.shape()[2];
    Array<double> entropy({samples.shape()[1]});
    for (Index s = 0; s < samples.rows(); ++s)
        for (Index i = 0; i < samples.row_size(); ++i)
            entropy[i / classes] += detail::entropy_term(static_cast<double>(samples.row(s)[i]));
    for (double& h : entropy) h /= static_cast<double>(samples.rows());
    return entropy;
}

/// Epistemic uncertainty of each example, the mutual information of prediction and weights, in
/// nats: shape (S, N, C) to (N). Not computed as a difference of entropies, so it keeps its digits
/// where it is much smaller than they are.
template <class T>
Array<double> mutual_information(const Array<T>& samples) {
    detail::check_samples(samples, "mutual_information");
    const Array<double> mean = detail::mean_over_draws(samples);
    const Index classes = mean.row_size();
    Array<double> information({mean.rows()});
    for (Index s = 0; s < samples.rows(); ++s)
        for (Index i = 0; i < mean.size(); ++i)
            information[i / classes] +=
                detail::divergence_term(static_cast<double>(samples.row(s)[i]), mean[i]);
    for (double& mi : information) mi /= static_cast<double>(samples.rows());
    return information;
}

/// Area under the ROC curve of a score that should be larger for unusual inputs: the probability
/// that a random unusual input has a larger score than a random usual one, ties counted half. 0.5
/// for a score that says nothing. By ranks (Mann and Whitney 1947), O(n log n). Scores may be
/// infinite. Throws ShapeError when one side has no scores and ValueError for NaN.
template <class T, class U>
double auroc(const Array<T>& usual, const Array<U>& unusual) {
    detail::check_rank(usual, 1, "auroc", "scores of shape (N)");
    detail::check_rank(unusual, 1, "auroc", "scores of shape (N)");
    std::vector<std::pair<double, bool>> scores;
    for (T score : usual) scores.emplace_back(static_cast<double>(score), false);
    for (U score : unusual) scores.emplace_back(static_cast<double>(score), true);
    for (const auto& [score, is_unusual] : scores)
        if (std::isnan(score))
            throw ValueError("auroc: expected scores, got NaN among those of the ",
                             is_unusual ? "unusual" : "usual", " inputs");
    std::sort(scores.begin(), scores.end());

    double rank_sum = 0;  // of the unusual inputs; equal scores share the mean of their ranks
    for (std::size_t begin = 0, end = 0; begin < scores.size(); begin = end) {
        std::size_t positives = 0;
        for (; end < scores.size() && scores[end].first == scores[begin].first; ++end)
            positives += scores[end].second;
        rank_sum += static_cast<double>(positives) * (static_cast<double>(begin + end) + 1) / 2;
    }
    const auto n = static_cast<double>(usual.size());
    const auto m = static_cast<double>(unusual.size());
    return (rank_sum - m * (m + 1) / 2) / (n * m);
}

}  // namespace blue::metrics
