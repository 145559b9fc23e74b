// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Shares out elementwise work in blocks of fixed size.
#pragma once

#include <blue/backends/cpu/pool.hpp>

namespace blue::cpu {

/// Elements per unit. Part of the numerics of sums: change it and last digits change.
inline constexpr Index block_size = 8192;
/// Below this many elements starting the pool costs more than it gives.
inline constexpr Index serial_limit = 16384;

/// Calls body(unit, worker) for all units, on this thread alone when `work`, the number of elements
/// touched, is small.
template <class Body>
void parallel_units(Index units, Index work, Body&& body) {
    if (work < serial_limit)
        for (Index unit = 0; unit < units; ++unit) body(unit, 0);
    else
        pool().run(units, body);
}

/// Calls body(row, begin, end) for blocks that cover [0, n) of each of `rows` rows.
template <class Body>
void parallel_blocks(Index n, Index rows, Index work, Body&& body) {
    const Index blocks = (n + block_size - 1) / block_size;
    parallel_units(rows * blocks, work, [&](Index unit, int) {
        const Index begin = unit % blocks * block_size;
        body(unit / blocks, begin, std::min(n, begin + block_size));
    });
}

/// Calls body(offset of the row) for all rows, on all threads when there is enough to do.
template <class Body>
void for_each_row(Index rows, Index columns, Body body) {
    const Index rows_per_unit = std::max<Index>(1, block_size / columns);
    const Index units = (rows + rows_per_unit - 1) / rows_per_unit;
    parallel_units(units, rows * columns, [&](Index unit, int) {
        const Index end = std::min(rows, (unit + 1) * rows_per_unit);
        for (Index row = unit * rows_per_unit; row < end; ++row) body(row * columns);
    });
}

}  // namespace blue::cpu
