// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The conditions on predictions and labels that all metrics share.
#pragma once

#include <blue/config.hpp>
#include <blue/error.hpp>
#include <blue/metrics/formulas.hpp>
#include <blue/tensor/array.hpp>

#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace blue::metrics {

namespace detail {

/// Throws ShapeError unless the shape has the given rank and no extent is zero.
template <class T>
void check_rank(const Array<T>& array, Index rank, const char* metric, const char* expected) {
    if (array.rank() != rank || array.empty())
        throw ShapeError(metric, ": expected ", expected, " without empty axes, got ",
                         to_string(array.shape()));
}

/// Throws ValueError unless each group of `classes` numbers is a distribution.
template <class T>
void check_distributions(const Array<T>& probabilities, Index classes, const char* metric) {
    static_assert(std::is_floating_point_v<T>, "probabilities must be float or double");
    for (Index first = 0; first < probabilities.size(); first += classes) {
        double sum = 0;
        for (Index c = first; c < first + classes; ++c) {
            const double p = static_cast<double>(probabilities[c]);
            if (!(p >= 0) || !std::isfinite(p))
                throw ValueError(metric,
                                 ": expected finite probabilities that are not negative, got ", p,
                                 " at element ", c);
            sum += p;
        }
        if (!sums_to_one(sum))
            throw ValueError(
                metric, ": expected probabilities that sum to 1 over the classes, got the sum ",
                sum, " in row ", first / classes);
    }
}

/// Checks probabilities of shape (N, C) and labels of shape (N) from 0 to C - 1.
template <class T, class Label>
void check_classification(const Array<T>& probabilities, const Array<Label>& labels,
                          const char* metric) {
    static_assert(std::is_integral_v<Label>, "labels must be whole numbers");
    check_rank(probabilities, 2, metric, "probabilities of shape (N, C)");
    const Index classes = probabilities.shape()[1];
    if (labels.shape() != std::vector<Index>{probabilities.rows()})
        throw ShapeError(metric, ": expected labels of shape ", to_string({probabilities.rows()}),
                         " for probabilities of shape ", to_string(probabilities.shape()), ", got ",
                         to_string(labels.shape()));
    for (Index i = 0; i < labels.size(); ++i)
        if (std::cmp_less(labels[i], 0) || std::cmp_greater_equal(labels[i], classes))
            throw ValueError(metric, ": expected labels from 0 to ", classes - 1, ", got ",
                             labels[i], " for example ", i);
    check_distributions(probabilities, classes, metric);
}

/// Throws ShapeError when two shapes differ or are empty.
template <class T, class U>
void check_pair(const Array<T>& a, const char* a_name, const Array<U>& b, const char* b_name,
                const char* metric) {
    if (a.shape() != b.shape() || a.empty())
        throw ShapeError(metric, ": expected ", a_name, " and ", b_name,
                         " of the same shape without empty axes, got ", to_string(a.shape()),
                         " and ", to_string(b.shape()));
}

/// Throws ValueError for infinities and NaN.
template <class T>
void check_finite(const Array<T>& array, const char* name, const char* metric) {
    if (const Index i = blue::detail::first_not_finite(array); i >= 0)
        throw ValueError(metric, ": expected finite numbers, got ", array[i], " in ", name,
                         " at element ", i);
}

}  // namespace detail

}  // namespace blue::metrics
