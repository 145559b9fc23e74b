// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The sums of the lanes of several registers at once.
#pragma once

#include <blue/math/pack.hpp>

namespace blue::math {
inline namespace BLUE_ISA {
namespace detail {

/// The sums of the lanes of N packs of one register each, which are used up. They do not depend on
/// their neighbours.
template <int N, class T>
BLUE_HOST_INLINE void lane_sums(Pack<T, register_lanes<T>>* packs, T* sums) {
    constexpr int group = interleaved_bytes / static_cast<int>(sizeof(T));
    static_assert(N % group == 0);
    BLUE_UNROLL for (int first = 0; first < N; first += group) {
        // Each turn adds halves and moves the sums of two packs into one.
        BLUE_UNROLL for (int n = group / 2; n > 0; n /= 2) {
            BLUE_UNROLL for (int i = first; i < first + n; ++i) {
                Pack<T, register_lanes<T>> low, high;
                interleave(packs[i].r[0], packs[i + n].r[0], low.r[0], high.r[0]);
                packs[i] = low + high;
            }
        }
        T lanes[register_lanes<T>];
        packs[first].store(lanes);
        for (int i = 0; i < group; ++i)
            sums[first + i] = group < register_lanes<T> ? lanes[i] + lanes[i + group] : lanes[i];
    }
}

}  // namespace detail
}  // namespace BLUE_ISA
}  // namespace blue::math
