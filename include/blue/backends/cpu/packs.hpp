// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Loops over arrays in packs, with a shorter last pack.
#pragma once

#include <blue/math/pack.hpp>

namespace blue::cpu {

/// A number of elements that is known at compile time: a whole pack.
template <Index N>
struct Full {};

template <class S, class T, Index N>
BLUE_HOST_INLINE S load(const T* data, Full<N>) {
    return S::load(data);
}
template <class S, class T>
BLUE_HOST_INLINE S load(const T* data, Index n) {
    return S::load(data, static_cast<int>(n));
}
template <class S, class T, Index N>
BLUE_HOST_INLINE S load_or_one(const T* data, Full<N>) {
    return S::load(data);
}
template <class S, class T>
BLUE_HOST_INLINE S load_or_one(const T* data, Index n) {
    T padded[S::lanes];
    for (int i = 0; i < S::lanes; ++i) padded[i] = i < n ? data[i] : T(1);
    return S::load(padded);
}
template <class S, class T, Index N>
BLUE_HOST_INLINE void store(S value, T* data, Full<N>) {
    value.store(data);
}
template <class S, class T>
BLUE_HOST_INLINE void store(S value, T* data, Index n) {
    value.store(data, static_cast<int>(n));
}

/// A long sum: packs of numbers, added up in double before they get large.
template <class S>
struct Sum {
    S lanes = S(0);
    double total = 0;

    template <Index N>
    BLUE_HOST_INLINE void add(S value, Full<N>) {
        lanes += value;
    }
    BLUE_HOST_INLINE void add(S value, Index n) {
        typename S::scalar numbers[S::lanes];
        value.store(numbers);
        for (Index i = 0; i < n; ++i) total += static_cast<double>(numbers[i]);
    }
    BLUE_HOST_INLINE void flush() {
        total += static_cast<double>(sum(lanes));
        lanes = S(0);
    }
};

/// Calls body(e, n) for packs that cover [begin, end); n is `Full` for whole packs.
template <class S, class Body>
BLUE_HOST_INLINE void for_each_pack(Index begin, Index end, Body body) {
    Index e = begin;
    for (; e + S::lanes <= end; e += S::lanes) body(e, Full<S::lanes>{});
    if (e < end) body(e, end - e);
}

}  // namespace blue::cpu
