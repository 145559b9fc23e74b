// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Who works on the loops of a joint distribution: the lanes of a team.
#pragma once

#include <blue/config.hpp>

namespace blue {

namespace detail {

/// The sum of f(0), ..., f(n - 1), in 16 parts that compilers add up side by side: the order does
/// not depend on the instruction set.
template <class F>
BLUE_HOST_DEVICE auto sum_of(Index n, F f) {
    constexpr Index lanes = 16;
    using T = decltype(f(Index{0}));
    T part[lanes] = {};
    Index i = 0;
    for (; i + lanes <= n; i += lanes)
        for (Index k = 0; k < lanes; ++k) part[k] += f(i + k);
    for (Index k = 0; i < n; ++i, ++k) part[k] += f(i);
    T total = 0;
    for (T of_lane : part) total += of_lane;
    return total;
}

/// Sums of an array, in double.
template <class T>
BLUE_HOST_DEVICE double sum_of(const T* numbers, Index n) {
    return sum_of(n, [&](Index i) { return static_cast<double>(numbers[i]); });
}
template <class T>
BLUE_HOST_DEVICE double sum_of_squares(const T* numbers, Index n) {
    return sum_of(n, [&](Index i) {
        const double number = static_cast<double>(numbers[i]);
        return number * number;
    });
}

}  // namespace detail

/// N sums.
template <int N>
struct Totals {
    double of[N] = {};
};

/// A team of one, for backends on which a variable is the work of one thread. Teams of a backend
/// with more lanes have the same members. Each is called by all lanes alike, and returns when all
/// have done their share.
struct OneLane {
    /// f(i) for all i in [0, n), in any order.
    template <class F>
    BLUE_HOST_DEVICE void each(Index n, F f) const {
        for (Index i = 0; i < n; ++i) f(i);
    }
    /// f(row, column).
    template <class F>
    BLUE_HOST_DEVICE void each(Index rows, Index columns, F f) const {
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < columns; ++j) f(i, j);
    }
    /// f(), by one lane.
    template <class F>
    BLUE_HOST_DEVICE void once(F f) const {
        f();
    }
    /// The sum of f(i), which all lanes get.
    template <class F>
    BLUE_HOST_DEVICE double sum(Index n, F f) const {
        return static_cast<double>(detail::sum_of(n, f));
    }
    /// N sums, to which f(i, sums) adds.
    template <int N, class F>
    BLUE_HOST_DEVICE Totals<N> totals(Index n, F f) const {
        Totals<N> sums;
        for (Index i = 0; i < n; ++i) f(i, sums.of);
        return sums;
    }
    /// Adds f(row, column), summed over the columns, to `of_rows`, and summed over the rows to
    /// `of_columns`.
    template <class T, class F>
    BLUE_HOST_DEVICE void add_up(Index rows, Index columns, F f, T* of_rows, T* of_columns) const {
        for (Index i = 0; i < rows; ++i) {
            of_rows[i] += detail::sum_of(columns, [&](Index j) { return f(i, j); });
            for (Index j = 0; j < columns; ++j) of_columns[j] += f(i, j);
        }
    }
};

}  // namespace blue
