// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is computed with single short rows of numbers, such as the scores of a query.
#pragma once

#include <blue/backends/cpu/packs.hpp>
#include <blue/math/math.hpp>

#include <limits>

namespace blue::cpu {

/// Short rows, so no wider than a register.
template <class T>
using RowPack = math::Pack<T, math::detail::register_lanes<T>>;

/// The largest number of a row; minus infinity for an empty one.
template <class T>
BLUE_FLATTEN T row_maximum(const T* row, Index n) {
    using S = RowPack<T>;
    constexpr T lowest = -std::numeric_limits<T>::infinity();
    S lanes = S(lowest);
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        lanes = max(load<S>(row + e, count, lowest), lanes);
    });
    return largest(lanes);
}

/// to = exp(row - shift); the sum.
template <class T>
BLUE_FLATTEN T exponentials(const T* row, T* to, Index n, T shift) {
    using S = RowPack<T>;
    S total = S(0);
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        const S value = exp(load<S>(row + e, count, -std::numeric_limits<T>::infinity()) - shift);
        store(value, to + e, count);
        total += value;  // and 0 beyond the end
    });
    return sum(total);
}
/// row = exp(row - shift); the sum.
template <class T>
T exponentials(T* row, Index n, T shift) {
    return exponentials(row, row, n, shift);
}

/// row = 0. (The standard library's fill calls a function, which takes longer than a short row.)
template <class T>
BLUE_FLATTEN void clear_row(T* row, Index n) {
    using S = RowPack<T>;
    for_each_pack<S>(0, n,
                     [&](Index e, auto count) BLUE_INLINE_LAMBDA { store(S(0), row + e, count); });
}

template <class T>
BLUE_FLATTEN void scale_row(T* row, Index n, T factor) {
    using S = RowPack<T>;
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        store(load<S>(row + e, count) * factor, row + e, count);
    });
}

/// row += factor other.
template <class T>
BLUE_FLATTEN void add_row(T* row, const T* other, Index n, T factor) {
    using S = RowPack<T>;
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        store(fma(load<S>(other + e, count), S(factor), load<S>(row + e, count)), row + e, count);
    });
}

template <class T>
BLUE_FLATTEN T row_product(const T* a, const T* b, Index n) {
    using S = RowPack<T>;
    S total = S(0);
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        total = fma(load<S>(a + e, count), load<S>(b + e, count), total);
    });
    return sum(total);
}

/// slopes = scale weights (slopes - mean): the derivative of a softmax.
template <class T>
BLUE_FLATTEN void softmax_slopes(const T* weights, T* slopes, Index n, T mean, T scale) {
    using S = RowPack<T>;
    for_each_pack<S>(0, n, [&](Index e, auto count) BLUE_INLINE_LAMBDA {
        const S slope = load<S>(slopes + e, count) - mean;
        store(load<S>(weights + e, count) * slope * scale, slopes + e, count);
    });
}

}  // namespace blue::cpu
