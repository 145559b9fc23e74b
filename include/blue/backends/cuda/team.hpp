// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Teams of lanes that work on a loop together, with sums in between.
#pragma once

#include <blue/backends/cuda/parallel.hpp>
#include <blue/distributions/team.hpp>

namespace blue::cuda {

/// The lanes of a block of threads as a team: see `OneLane`. A sum adds lane i and lane i + half of
/// them, then a quarter, and so on, as reductions do.
///
/// \tparam Lanes how an executor runs a block. `all(f)` calls f(lane) for all lanes, and no lane
///   goes on before all have returned; `shared()` is an array of `block_lanes` doubles, and
///   `Lanes::template own<U>` one `U` for each lane, `own[lane]`.
template <class Lanes>
struct Team {
    Lanes lanes;

    template <class F>
    BLUE_HOST_DEVICE void each(Index n, F f) const {
        lanes.all([&](int lane) {
            for (Index i = lane; i < n; i += block_lanes) f(i);
        });
    }
    template <class F>
    BLUE_HOST_DEVICE void each(Index rows, Index columns, F f) const {
        each(rows * columns, [&](Index e) {
            const Quotient at = divide(e, columns);
            f(at.quotient, at.remainder);
        });
    }
    template <class F>
    BLUE_HOST_DEVICE void once(F f) const {
        lanes.all([&](int lane) {
            if (lane == 0) f();
        });
    }
    template <class F>
    BLUE_HOST_DEVICE double sum(Index n, F f) const {
        const auto add = [&](Index i, double* sums) { *sums += static_cast<double>(f(i)); };
        return totals<1>(n, add).of[0];
    }
    template <int N, class F>
    BLUE_HOST_DEVICE Totals<N> totals(Index n, F f) const {
        typename Lanes::template own<Totals<N>> own;
        lanes.all([&](int lane) {
            for (Index i = lane; i < n; i += block_lanes) f(i, own[lane].of);
        });
        Totals<N> sums;
        for (int k = 0; k < N; ++k) {
            lanes.all([&](int lane) { lanes.shared()[lane] = own[lane].of[k]; });
            fold(block_lanes);
            sums.of[k] = lanes.shared()[0];
            lanes.all([](int) {});  // nobody overwrites the sum before all have it
        }
        return sums;
    }
    /// Each warp sums up a row, each lane a column.
    template <class T, class F>
    BLUE_HOST_DEVICE void add_up(Index rows, Index columns, F f, T* of_rows, T* of_columns) const {
        constexpr Index warps = block_lanes / warp_lanes;
        for (Index first = 0; first < rows; first += warps) {
            const auto row = [first](int lane) { return first + lane / warp_lanes; };
            lanes.all([&](int lane) {
                double sum = 0;
                for (Index j = lane % warp_lanes; j < columns && row(lane) < rows; j += warp_lanes)
                    sum += static_cast<double>(f(row(lane), j));
                lanes.shared()[lane] = sum;
            });
            fold(warp_lanes);
            lanes.all([&](int lane) {
                if (lane % warp_lanes == 0 && row(lane) < rows)
                    of_rows[row(lane)] += static_cast<T>(lanes.shared()[lane]);
            });
        }
        each(columns, [&](Index j) {
            T sum = of_columns[j];
            for (Index i = 0; i < rows; ++i) sum += f(i, j);
            of_columns[j] = sum;
        });
    }

private:
    /// Sums of the shared numbers of each `size` lanes, at the first of them.
    BLUE_HOST_DEVICE void fold(int size) const {
        for (int half = size / 2; half > 0; half /= 2)
            lanes.all([&](int lane) {
                if (lane % size < half) lanes.shared()[lane] += lanes.shared()[lane + half];
            });
    }
};

}  // namespace blue::cuda
