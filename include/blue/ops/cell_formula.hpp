// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One step of a cell on numbers or packs of them, with generated derivatives.
#pragma once

#include <blue/math/dual.hpp>
#include <blue/ops/cells.hpp>

#include <cstddef>

namespace blue::detail {

/// \tparam S packs; a device has packs of one number.
template <class Cell, class S>
struct CellFormula {
    static constexpr int gates = Cell::gates, states = Cell::states;
    static constexpr bool splits = Cell::split_gate >= 0;
    /// The gate whose input part comes on its own; 0 without one.
    static constexpr int split = splits ? Cell::split_gate : 0;

    using Gates = CellNumbers<S, gates>;
    using States = CellNumbers<S, states>;

    /// The states behind the step.
    BLUE_INLINE static States step(const Gates& a, S alone, const States& before) {
        using V = math::Dual<S, 0>;
        const auto after = Cell::step(all<V>(a), V(alone), all<V>(before));
        States result;
        BLUE_UNROLL for (std::size_t k = 0; k < states; ++k) result[k] = after[k].value;
        return result;
    }

    /// Gradients with respect to what the formula gets.
    struct Slopes {
        Gates a;
        S alone;
        States before;
        /// With respect to the input part of a gate.
        BLUE_INLINE S input(int g) const {
            return g == Cell::split_gate ? alone : a[static_cast<std::size_t>(g)];
        }
    };
    /// \param slope the gradient with respect to the states behind the step.
    BLUE_INLINE static Slopes slopes(const Gates& a, S alone, const States& before,
                                     const States& slope) {
        constexpr int first_state = gates + (splits ? 1 : 0);
        using V = math::Dual<S, first_state + states>;
        V input(S(0));
        if constexpr (splits) input = V::variable(alone, gates);
        const auto after = Cell::step(variables<V>(a, 0), input, variables<V>(before, first_state));
        const auto along = [&](int direction) BLUE_INLINE_LAMBDA {
            S total = S(0);
            BLUE_UNROLL for (std::size_t k = 0; k < states; ++k) if (after[k].depends_on(direction))
                total = fma(slope[k], after[k].d[direction], total);
            return total;
        };
        Slopes result;
        BLUE_UNROLL for (int g = 0; g < gates; ++g) result.a[static_cast<std::size_t>(g)] =
            along(g);
        result.alone = splits ? along(gates) : S(0);
        BLUE_UNROLL for (int k = 0; k < states; ++k) result.before[static_cast<std::size_t>(k)] =
            along(first_state + k);
        return result;
    }

private:
    template <class V, int N>
    BLUE_INLINE static CellNumbers<V, N> all(const CellNumbers<S, N>& numbers) {
        CellNumbers<V, N> result;
        BLUE_UNROLL for (std::size_t k = 0; k < N; ++k) result[k] = V(numbers[k]);
        return result;
    }
    template <class V, int N>
    BLUE_INLINE static CellNumbers<V, N> variables(const CellNumbers<S, N>& numbers, int first) {
        CellNumbers<V, N> result;
        BLUE_UNROLL for (int k = 0; k < N; ++k) result[static_cast<std::size_t>(k)] =
            V::variable(numbers[static_cast<std::size_t>(k)], first + k);
        return result;
    }
};

}  // namespace blue::detail
