// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One step of a recurrence on the CPU: a cell's formula on packs, with generated derivatives.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/math/dual.hpp>
#include <blue/ops/cells.hpp>
#include <blue/tensor/tape.hpp>

#include <array>

namespace blue::cpu {

/// One step of the units of one sequence, with the formula of a cell.
template <class Cell, class T>
struct CellSweep {
    using S = math::NativePack<T>;
    static constexpr int gates = Cell::gates, states = Cell::states;
    static constexpr bool splits = Cell::split_gate >= 0;
    static constexpr Index split = splits ? Cell::split_gate : 0;
    template <class V>
    using Gates = CellNumbers<V, gates>;
    template <class V>
    using States = CellNumbers<V, states>;

    /// The states of a sequence, each of `width` numbers.
    using Rows = std::array<T*, 2>;

    /// \param x the projected input, \param hidden the projected recurrent state,
    /// \param state becomes the next one,
    /// \param kept what the formula gets; may be nullptr.
    BLUE_FLATTEN static void forward(const T* x, const T* hidden, const Rows& state, T* kept,
                                     Index width) {
        using V = math::Dual<S, 0>;
        for_each_pack<S>(0, width, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            Gates<V> a;
            BLUE_UNROLL for (int g = 0; g < gates; ++g) {
                const Index at = g * width + e;
                S sum = load<S>(hidden + at, n);
                if (g != Cell::split_gate) sum += load<S>(x + at, n);
                if (kept) store(sum, kept + at, n);
                a[static_cast<std::size_t>(g)] = V(sum);
            }
            States<V> before;
            BLUE_UNROLL for (std::size_t k = 0; k < states; ++k) before[k] =
                V(load<S>(state[k] + e, n));
            const V alone = V(splits ? load<S>(x + split * width + e, n) : S(0));
            const States<V> after = Cell::step(a, alone, before);
            BLUE_UNROLL for (std::size_t k = 0; k < states; ++k)
                store(after[k].value, state[k] + e, n);
        });
    }

    /// \param kept what the formula got, \param x the projected input, \param before the states,
    /// \param slope the gradient of the states behind the step, becomes that of those before it,
    /// \param da, all two places for the gradient of what the formula got,
    /// \param dx for that of the projected input, where it is wanted.
    BLUE_FLATTEN static void backward(const T* kept, const T* x, const Rows& before,
                                      const Rows& slope, T* da, T* all, GradientTarget<T> dx,
                                      Index width) {
        constexpr int first_state = gates + (splits ? 1 : 0);
        using V = math::Dual<S, first_state + states>;
        for_each_pack<S>(0, width, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            Gates<V> a;
            BLUE_UNROLL for (int g = 0; g < gates; ++g) a[static_cast<std::size_t>(g)] =
                V::variable(load<S>(kept + g * width + e, n), g);
            States<V> state;
            BLUE_UNROLL for (int k = 0; k < states; ++k) {
                const auto i = static_cast<std::size_t>(k);
                state[i] = V::variable(load<S>(before[i] + e, n), first_state + k);
            }
            V alone(S(0));
            if constexpr (splits) alone = V::variable(load<S>(x + split * width + e, n), gates);
            const States<V> after = Cell::step(a, alone, state);
            States<S> slopes;
            BLUE_UNROLL for (std::size_t k = 0; k < states; ++k) slopes[k] =
                load<S>(slope[k] + e, n);
            const auto along = [&](int direction) BLUE_INLINE_LAMBDA {
                S total = S(0);
                BLUE_UNROLL for (std::size_t k = 0; k < states;
                                 ++k) if (after[k].depends_on(direction)) total =
                    fma(slopes[k], after[k].d[direction], total);
                return total;
            };
            BLUE_UNROLL for (int g = 0; g < gates; ++g) {
                const Index at = g * width + e;
                const S da_g = along(g);
                store(da_g, da + at, n);
                store(da_g, all + at, n);
                if (!dx.data) continue;
                const S dx_g = g == Cell::split_gate ? along(gates) : da_g;
                store(dx.add ? load<S>(dx.data + at, n) + dx_g : dx_g, dx.data + at, n);
            }
            BLUE_UNROLL for (int k = 0; k < states; ++k)
                store(along(first_state + k), slope[static_cast<std::size_t>(k)] + e, n);
        });
    }
};

}  // namespace blue::cpu
