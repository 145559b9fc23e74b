// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How good class probabilities are: accuracy and proper scores.
///
/// Probabilities have the shape (N, C), labels the shape (N) and values from 0 to C - 1. All
/// functions throw ShapeError or ValueError when this is not so, when a row does not sum to 1
/// (within probability_sum_tolerance) or when a number is not finite. Sums are taken in double.
#pragma once

#include <blue/metrics/checks.hpp>
#include <blue/metrics/formulas.hpp>
#include <blue/tensor/array.hpp>

#include <cstdint>

namespace blue::metrics {

/// The most probable class of each example, shape (N); the first one when several are equal.
template <class T>
Array<std::int32_t> predicted_classes(const Array<T>& probabilities) {
    detail::check_rank(probabilities, 2, "predicted_classes", "probabilities of shape (N, C)");
    Array<std::int32_t> classes({probabilities.rows()});
    for (Index i = 0; i < classes.size(); ++i)
        classes[i] = static_cast<std::int32_t>(
            detail::largest_of(probabilities.row(i), probabilities.row_size()));
    return classes;
}

/// The fraction of examples whose most probable class is the label.
template <class T, class Label>
double accuracy(const Array<T>& probabilities, const Array<Label>& labels) {
    detail::check_classification(probabilities, labels, "accuracy");
    const auto classes = predicted_classes(probabilities);
    Index right = 0;
    for (Index i = 0; i < labels.size(); ++i) right += classes[i] == static_cast<Index>(labels[i]);
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

/// Mean of -log p(label) in nats. Infinite when a label had probability 0.
template <class T, class Label>
double negative_log_likelihood(const Array<T>& probabilities, const Array<Label>& labels) {
    detail::check_classification(probabilities, labels, "negative_log_likelihood");
    double sum = 0;
    for (Index i = 0; i < labels.size(); ++i)
        sum += detail::log_score(static_cast<double>(probabilities.row(i)[labels[i]]));
    return sum / static_cast<double>(labels.size());
}

/// Mean of sum_c (p_c - [c = label])^2, from 0 (sure and right) to 2 (sure and wrong). Brier
/// (1950), Verification of forecasts expressed in terms of probability; some authors halve it or
/// divide by C.
template <class T, class Label>
double brier_score(const Array<T>& probabilities, const Array<Label>& labels) {
    detail::check_classification(probabilities, labels, "brier_score");
    double sum = 0;
    for (Index i = 0; i < labels.size(); ++i)
        for (Index c = 0; c < probabilities.row_size(); ++c) {
            const double target = c == static_cast<Index>(labels[i]) ? 1 : 0;
            const double error = static_cast<double>(probabilities.row(i)[c]) - target;
            sum += error * error;
        }
    return sum / static_cast<double>(labels.size());
}

}  // namespace blue::metrics
