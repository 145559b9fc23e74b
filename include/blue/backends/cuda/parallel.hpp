// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How kernels are written: bodies of loops and of reductions, without any CUDA.
///
/// A body is a small struct with numbers, pointers and distributions that an executor copies to the
/// device. There are three kinds:
///   * `void operator()(Index i) const`, called for all i in [0, n) in any order:
///     `Executor::for_each(n, body)`.
///   * a reduction: `result part(Index group, int lane) const`, `static result combine(a, b)` and
///     `void finish(Index group, int lane, result total) const`, for groups of 32 or 256 lanes:
///     `Executor::template reduce<Lanes>(groups, body)`. Lane i is combined with lane i + Lanes/2,
///     then i + Lanes/4 and so on, so a total depends on the size of the groups only. `finish` is
///     called for all lanes, after all parts of the group.
///   * the work of a team: `void operator()(Index group, const auto& team) const`, for groups of
///     256 lanes that wait for each other: `Executor::teams(groups, body)`, see `Team`.
/// No kernel adds with atomic operations: equal passes give equal bits.
#pragma once

#include <blue/config.hpp>

#include <cstdint>
#include <limits>

namespace blue::cuda {

/// Lanes of a reduction by a whole block of threads and by one warp. Part of the numerics of sums.
inline constexpr int block_lanes = 256, warp_lanes = 32;

/// Numbers per group of a long sum: eight per lane.
inline constexpr Index block_size = 2048;

constexpr Index ceil_div(Index a, Index b) {
    return (a + b - 1) / b;
}

/// N totals of a reduction.
template <int N>
struct Sums {
    double total[N];
};

/// Reductions that add.
template <int N>
struct Adding {
    using result = Sums<N>;
    BLUE_HOST_DEVICE static result combine(result a, const result& b) {
        for (int k = 0; k < N; ++k) a.total[k] += b.total[k];
        return a;
    }
};

/// i / n and i % n.
struct Quotient {
    Index quotient, remainder;
};
/// In 32 bits where they suffice: several times cheaper on the device.
BLUE_HOST_DEVICE inline Quotient divide(Index i, Index n) {
    if (((i | n) >> 32) == 0) {
        const auto a = static_cast<std::uint32_t>(i), b = static_cast<std::uint32_t>(n);
        const std::uint32_t q = a / b;
        return {static_cast<Index>(q), static_cast<Index>(a - q * b)};
    }
    return {i / n, i % n};
}

/// Adds to a number or starts it.
template <class T>
BLUE_HOST_DEVICE void put(T* target, T value, bool add) {
    *target = add ? *target + value : value;
}

/// *to = value.
template <class T>
struct Assign {
    T* to;
    T value;
    BLUE_HOST_DEVICE void operator()(Index) const { *to = value; }
};

/// Adds up what the groups of a long sum left: `groups` totals of `count` parts each, as N-tuples.
/// to[group] = sum of the parts + offset, added to what is there when `add`.
template <class T>
struct SumParts : Adding<1> {
    const double* parts;
    Index count;
    T* to;
    bool add;
    double offset = 0, factor = 1;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        result sum{};
        for (Index i = lane; i < count; i += block_lanes) sum.total[0] += parts[group * count + i];
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane == 0) put(to + group, static_cast<T>(factor * (sum.total[0] + offset)), add);
    }
};

}  // namespace blue::cuda
