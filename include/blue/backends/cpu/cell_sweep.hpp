// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One step of a recurrence on the CPU: a cell's formula on packs, with generated derivatives.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/ops/cell_formula.hpp>
#include <blue/tensor/tape.hpp>

#include <array>

namespace blue::cpu {

/// One step of the units of one sequence, with the formula of a cell.
template <class Cell, class T>
struct CellSweep {
    using S = math::NativePack<T>;
    using Formula = blue::detail::CellFormula<Cell, S>;
    using Gates = typename Formula::Gates;
    using States = typename Formula::States;
    static constexpr int gates = Cell::gates, states = Cell::states;

    /// The states of a sequence, each of `width` numbers.
    using Rows = std::array<T*, 2>;

    /// \param x the projected input, \param hidden the projected recurrent state,
    /// \param state becomes the next one,
    /// \param kept what the formula gets; may be nullptr.
    BLUE_FLATTEN static void forward(const T* x, const T* hidden, const Rows& state, T* kept,
                                     Index width) {
        for_each_pack<S>(0, width, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            Gates a;
            BLUE_UNROLL for (int g = 0; g < gates; ++g) {
                const Index at = g * width + e;
                S sum = load<S>(hidden + at, n);
                if (g != Cell::split_gate) sum += load<S>(x + at, n);
                if (kept) store(sum, kept + at, n);
                a[static_cast<std::size_t>(g)] = sum;
            }
            const States after = Formula::step(a, alone(x, width, e, n), load_states(state, e, n));
            BLUE_UNROLL for (std::size_t k = 0; k < states; ++k) store(after[k], state[k] + e, n);
        });
    }

    /// \param kept what the formula got, \param x the projected input, \param before the states,
    /// \param slope the gradient of the states behind the step, becomes that of those before it,
    /// \param da, all two places for the gradient of what the formula got,
    /// \param dx for that of the projected input, where it is wanted.
    BLUE_FLATTEN static void backward(const T* kept, const T* x, const Rows& before,
                                      const Rows& slope, T* da, T* all, GradientTarget<T> dx,
                                      Index width) {
        for_each_pack<S>(0, width, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            Gates a;
            BLUE_UNROLL for (int g = 0; g < gates; ++g) a[static_cast<std::size_t>(g)] =
                load<S>(kept + g * width + e, n);
            const auto slopes = Formula::slopes(a, alone(x, width, e, n), load_states(before, e, n),
                                                load_states(slope, e, n));
            BLUE_UNROLL for (int g = 0; g < gates; ++g) {
                const Index at = g * width + e;
                const S da_g = slopes.a[static_cast<std::size_t>(g)];
                store(da_g, da + at, n);
                store(da_g, all + at, n);
                if (!dx.data) continue;
                const S dx_g = slopes.input(g);
                store(dx.add ? load<S>(dx.data + at, n) + dx_g : dx_g, dx.data + at, n);
            }
            BLUE_UNROLL for (std::size_t k = 0; k < states; ++k)
                store(slopes.before[k], slope[k] + e, n);
        });
    }

private:
    BLUE_HOST_INLINE static S alone(const T* x, Index width, Index e, Count<S> n) {
        if constexpr (Formula::splits)
            return load<S>(x + Formula::split * width + e, n);
        else
            return S(0);
    }
    BLUE_HOST_INLINE static States load_states(const Rows& rows, Index e, Count<S> n) {
        States result;
        BLUE_UNROLL for (std::size_t k = 0; k < states; ++k) result[k] = load<S>(rows[k] + e, n);
        return result;
    }
};

}  // namespace blue::cpu
