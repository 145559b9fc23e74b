// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether a classifier's confidence is its accuracy: reliability diagrams and calibration errors.
///
/// Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks. Inputs and
/// their checks as in classification.hpp.
#pragma once

#include <blue/metrics/classification.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace blue::metrics {

/// How examples are put into bins by their confidence, the probability of the predicted class.
enum class Binning {
    equal_width,  ///< bin m of M takes confidences in ((m - 1) / M, m / M]
    equal_mass    ///< about N / M examples in each bin; equal confidences stay together
};

/// Examples that a classifier is about equally confident of.
struct ReliabilityBin {
    double lower = 0;  ///< smallest confidence: the bin's edge, or with equal_mass the example's
    double upper = 0;  ///< largest confidence
    Index count = 0;   ///< number of examples
    double confidence = 0;  ///< mean confidence of the examples; 0 without any
    double accuracy = 0;    ///< fraction that is classified right; 0 without any
};

namespace detail {

struct Outcome {
    double confidence;
    bool right;
};

template <class T, class Label>
std::vector<Outcome> outcomes(const Array<T>& probabilities, const Array<Label>& labels) {
    const auto classes = predicted_classes(probabilities);
    std::vector<Outcome> result;
    for (Index i = 0; i < labels.size(); ++i)
        result.push_back({static_cast<double>(probabilities.row(i)[classes[i]]),
                          classes[i] == static_cast<Index>(labels[i])});
    return result;
}

inline void add(ReliabilityBin& bin, const Outcome& outcome) {
    ++bin.count;
    bin.confidence += outcome.confidence;
    bin.accuracy += outcome.right;
}

inline std::vector<ReliabilityBin> equal_width_bins(const std::vector<Outcome>& outcomes,
                                                    Index count) {
    std::vector<ReliabilityBin> bins(static_cast<std::size_t>(count));
    const auto width = 1 / static_cast<double>(count);
    for (Index m = 0; m < count; ++m) {
        bins[static_cast<std::size_t>(m)].lower = static_cast<double>(m) * width;
        bins[static_cast<std::size_t>(m)].upper = static_cast<double>(m + 1) * width;
    }
    for (const Outcome& outcome : outcomes)
        add(bins[static_cast<std::size_t>(confidence_bin(outcome.confidence, count))], outcome);
    return bins;
}

/// Cuts the sorted examples at the multiples of N / M, but never between equal confidences, so that
/// the order of the examples does not matter. There can be fewer bins than asked for.
inline std::vector<ReliabilityBin> equal_mass_bins(std::vector<Outcome> outcomes, Index count) {
    std::sort(outcomes.begin(), outcomes.end(),
              [](const Outcome& a, const Outcome& b) { return a.confidence < b.confidence; });
    const auto n = static_cast<Index>(outcomes.size());
    std::vector<ReliabilityBin> bins;
    Index begin = 0;
    for (Index m = 1; m <= count; ++m) {
        Index end = n * m / count;
        const auto at = [&](Index i) { return outcomes[static_cast<std::size_t>(i)]; };
        while (end > begin && end < n && at(end).confidence == at(end - 1).confidence) ++end;
        if (end <= begin) continue;
        ReliabilityBin bin{at(begin).confidence, at(end - 1).confidence};
        for (; begin < end; ++begin) add(bin, at(begin));
        bins.push_back(bin);
    }
    return bins;
}

/// Sums over the examples of bins to means.
inline void finish(std::vector<ReliabilityBin>& bins) {
    for (ReliabilityBin& bin : bins) {
        if (bin.count == 0) continue;
        bin.confidence /= static_cast<double>(bin.count);
        bin.accuracy /= static_cast<double>(bin.count);
    }
}

inline double expected_calibration_error(const std::vector<ReliabilityBin>& bins, Index examples) {
    double sum = 0;
    for (const ReliabilityBin& bin : bins)
        sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
    return sum / static_cast<double>(examples);
}

}  // namespace detail

/// The number of bins unless another is asked for.
inline constexpr Index default_bins = 15;

/// The reliability diagram: bins in the order of their confidence. Throws ValueError for fewer than
/// one bin.
template <class T, class Label>
std::vector<ReliabilityBin> reliability_bins(const Array<T>& probabilities,
                                             const Array<Label>& labels, Index bins = default_bins,
                                             Binning binning = Binning::equal_width) {
    detail::check_classification(probabilities, labels, "reliability_bins");
    if (bins < 1) throw ValueError("reliability_bins: expected at least one bin, got ", bins);
    auto outcomes = detail::outcomes(probabilities, labels);
    auto result = binning == Binning::equal_width
                      ? detail::equal_width_bins(outcomes, bins)
                      : detail::equal_mass_bins(std::move(outcomes), bins);
    detail::finish(result);
    return result;
}

/// The mean distance between confidence and accuracy, weighted by the examples in a bin. From 0 to
/// 1. The estimate is biased upwards, more with more bins and fewer examples.
template <class T, class Label>
double expected_calibration_error(const Array<T>& probabilities, const Array<Label>& labels,
                                  Index bins = default_bins,
                                  Binning binning = Binning::equal_width) {
    return detail::expected_calibration_error(
        reliability_bins(probabilities, labels, bins, binning), labels.size());
}

/// The largest distance between confidence and accuracy over the bins that have examples.
template <class T, class Label>
double maximum_calibration_error(const Array<T>& probabilities, const Array<Label>& labels,
                                 Index bins = default_bins,
                                 Binning binning = Binning::equal_width) {
    double largest = 0;
    for (const auto& bin : reliability_bins(probabilities, labels, bins, binning))
        largest = std::max(largest, std::abs(bin.accuracy - bin.confidence));
    return largest;
}

}  // namespace blue::metrics
