// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Loops over arrays in packs, of which the last may be shorter.
#pragma once

#include <blue/math/pack.hpp>

#include <algorithm>

namespace blue::cpu {

/// How many elements of an array a pack covers: one per lane, or fewer at the end.
template <class S>
struct Count {
    Index elements;
    BLUE_HOST_INLINE bool is_full() const { return elements == S::lanes; }
};

namespace detail {

// The end of an array, out of line: a second copy of each sweep for it took a twentieth of the
// compile time, and a branch per pack takes no time that could be measured. The loops over all
// lanes become masked loads and stores, which take a fifth of the time of one number at a time.

/// The first n lanes; the others are `rest`.
template <class T>
[[gnu::noinline]] void load_part(const T* from, Index n, T rest, T* lanes, Index count) {
    for (Index i = 0; i < count; ++i) lanes[i] = i < n ? from[i] : rest;
}
template <class T>
[[gnu::noinline]] void store_part(const T* lanes, Index n, T* to, Index count) {
    for (Index i = 0; i < count; ++i)
        if (i < n) to[i] = lanes[i];
}
template <class T>
[[gnu::noinline]] double sum_part(const T* lanes, Index n) {
    double total = 0;
    for (Index i = 0; i < n; ++i) total += static_cast<double>(lanes[i]);
    return total;
}

}  // namespace detail

/// Loads a pack; what is beyond the end of the array is `rest`.
template <class S, class T>
BLUE_HOST_INLINE S load(const T* data, Count<S> n, T rest = 0) {
    T lanes[S::lanes];
    if (!n.is_full()) [[unlikely]] {
        detail::load_part(data, n.elements, rest, lanes, S::lanes);
        data = lanes;
    }
    return S::load(data);
}
template <class S, class T>
BLUE_HOST_INLINE void store(S value, T* data, Count<S> n) {
    if (n.is_full()) [[likely]] {
        value.store(data);
        return;
    }
    T lanes[S::lanes];
    value.store(lanes);
    detail::store_part(lanes, n.elements, data, S::lanes);
}

/// A long sum: packs of numbers, added up in double before they get large.
template <class S>
struct Sum {
    S lanes = S(0);
    double total = 0;

    BLUE_HOST_INLINE void add(S value, Count<S> n) {
        if (n.is_full()) [[likely]] {
            lanes += value;
            return;
        }
        typename S::scalar numbers[S::lanes];
        value.store(numbers);
        total += detail::sum_part(numbers, n.elements);
    }
    BLUE_HOST_INLINE void flush() {
        total += static_cast<double>(sum(lanes));
        lanes = S(0);
    }
};

/// Calls body(e, n) for packs that cover [begin, end).
template <class S, class Body>
BLUE_HOST_INLINE void for_each_pack(Index begin, Index end, Body body) {
    for (Index e = begin; e < end; e += S::lanes)
        body(e, Count<S>{std::min<Index>(end - e, S::lanes)});
}

}  // namespace blue::cpu
