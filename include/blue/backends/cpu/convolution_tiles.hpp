// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The products inside convolutions on the CPU, on images side by side (lanes.hpp).
#pragma once

#include <blue/backends/cpu/lanes.hpp>

namespace blue::cpu {

/// A part of a convolution in lanes: one group of channels of the wide and the narrow side.
/// A window at position p sees the numbers wide + window[p] + tap[k]; its result belongs to
/// narrow + p * lanes. All offsets count the lanes.
struct ConvolutionPart {
    const Index* window;
    const Index* tap;
    Index positions, taps;
    Index channels;  ///< of the narrow side
    /// Numbers of a channel of the narrow side.
    Index plane;
};

namespace detail {

/// Sums that are computed at once hide the latency of a multiply-add: as in gemm.hpp.
inline constexpr int convolution_rows = BLUE_REGISTER_BYTES == 64 ? 8 : 6;

/// Calls body.template operator()<Rows>(first) for tiles of equal size, but for one, that cover n.
template <int Most, class Body>
void for_each_tile(Index n, Body body) {
    const Index tiles = (n + Most - 1) / Most;
    for (Index tile = 0; tile < tiles; ++tile) {
        const Index first = n * tile / tiles, rows = n * (tile + 1) / tiles - first;
        [&]<int... R>(std::integer_sequence<int, R...>) {
            static_cast<void>(
                ((rows == R + 1 && (body.template operator()<R + 1>(first), true)) || ...));
        }
        (std::make_integer_sequence<int, Most>{});
    }
}

/// One register of numbers: what is summed up over lanes needs no more.
template <class T>
using Register = math::Pack<T, math::detail::register_lanes<T>>;

}  // namespace detail

/// narrow = or += weight * windows of wide. `weight` is channels x taps; with `bias`, sums start
/// there.
template <class T>
void gather_windows(const ConvolutionPart& part, const T* weight, const T* bias, const T* wide,
                    T* narrow, bool add) {
    using S = math::NativePack<T>;
    detail::for_each_tile<detail::convolution_rows>(part.channels, [&]<int Rows>(Index first) {
        const T* const w = weight + first * part.taps;
        for (Index p = 0; p < part.positions; ++p) {
            T* const to = narrow + first * part.plane + p * S::lanes;
            const T* const from = wide + part.window[p];
            S sums[Rows];
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] =
                add ? S::load(to + i * part.plane) : S(bias ? bias[first + i] : T(0));
            for (Index k = 0; k < part.taps; ++k) {
                const S x = S::load(from + part.tap[k]);
                BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] =
                    fma(S(w[i * part.taps + k]), x, sums[i]);
            }
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i].store(to + i * part.plane);
        }
    });
}

/// windows of wide += transposed weight * narrow: the adjoint of `gather_windows`.
template <class T>
void scatter_windows(const ConvolutionPart& part, const T* weight, const T* narrow, T* wide) {
    using S = math::NativePack<T>;
    detail::for_each_tile<detail::convolution_rows>(part.taps, [&]<int Rows>(Index first) {
        for (Index p = 0; p < part.positions; ++p) {
            const T* from = narrow + p * S::lanes;
            T* const to = wide + part.window[p];
            S sums[Rows];
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] = S::load(to + part.tap[first + i]);
            const T* w = weight + first;
            for (Index o = 0; o < part.channels; ++o, from += part.plane, w += part.taps) {
                const S y = S::load(from);
                BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i] = fma(S(w[i]), y, sums[i]);
            }
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i].store(to + part.tap[first + i]);
        }
    });
}

/// gradient = or += narrow * windows of wide, summed up over positions and lanes: the gradient with
/// respect to the weight.
template <class T>
void correlate_windows(const ConvolutionPart& part, const T* wide, const T* narrow, T* gradient,
                       bool add) {
    using S = detail::Register<T>;
    constexpr Index lanes = lane_count<T>;
    // 24 sums and 10 factors of 32 registers; 12 and 7 of 16.
    constexpr int rows = BLUE_REGISTER_BYTES == 64 ? 4 : 3;
    constexpr int columns = BLUE_REGISTER_BYTES == 64 ? 6 : 4;
    detail::for_each_tile<rows>(part.channels, [&]<int Rows>(Index o) {
        const T* const y = narrow + o * part.plane;
        for (Index first = 0; first < part.taps; first += columns) {
            const Index count = std::min<Index>(columns, part.taps - first);
            // Beyond the last tap it is repeated.
            const T* x[columns];
            BLUE_UNROLL for (int k = 0; k < columns; ++k) x[k] =
                wide + part.tap[first + std::min<Index>(k, count - 1)];
            S sums[Rows][columns];
            BLUE_UNROLL for (int i = 0; i < Rows; ++i) BLUE_UNROLL for (int k = 0; k < columns; ++k)
                sums[i][k] = S(0);
            for (Index p = 0; p < part.positions; ++p)
                for (Index half = 0; half < lanes; half += S::lanes) {
                    const Index at = part.window[p] + half;
                    S slope[Rows];
                    BLUE_UNROLL for (int i = 0; i < Rows; ++i) slope[i] =
                        S::load(y + i * part.plane + p * lanes + half);
                    BLUE_UNROLL for (int k = 0; k < columns; ++k) {
                        const S value = S::load(x[k] + at);
                        BLUE_UNROLL for (int i = 0; i < Rows; ++i) sums[i][k] =
                            fma(slope[i], value, sums[i][k]);
                    }
                }
            for (int i = 0; i < Rows; ++i)
                for (Index k = 0; k < count; ++k) {
                    T& to = gradient[(o + i) * part.taps + first + k];
                    const T total = sum(sums[i][k]);
                    to = add ? to + total : total;
                }
        }
    });
}

}  // namespace blue::cpu
