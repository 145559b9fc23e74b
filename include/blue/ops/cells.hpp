// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What recurrent layers compute in each step: formulas of one unit.
#pragma once

#include <blue/config.hpp>

namespace blue {

/// N numbers that the formula of a cell gets or gives. (The device cannot call std::array.)
template <class T, int N>
struct CellNumbers {
    T numbers[N];
    BLUE_INLINE T& operator[](std::size_t i) { return numbers[i]; }
    BLUE_INLINE const T& operator[](std::size_t i) const { return numbers[i]; }
};

/// A cell is a formula for one hidden unit in one step, `step(a, x, state)`, in the vocabulary of
/// `blue::math`; `recurrence` generates its loops and derivatives. It says
///
/// * `gates`: how many numbers a step gets for a unit;
/// * `states`: how many it keeps; the first one is the output;
/// * `recurrent`: which of the states is multiplied with the hidden weights;
/// * `split_gate`: the gate whose input part comes on its own, as x; -1 for none.
///
/// a[g] is the projection of the input plus that of the recurrent state, for the split gate only
/// the latter. An Elman network with the hyperbolic tangent: h' = tanh(a).
struct TanhCell {
    static constexpr int gates = 1, states = 1, recurrent = 0, split_gate = -1;
    template <class T>
    BLUE_INLINE static CellNumbers<T, 1> step(const CellNumbers<T, 1>& a, T,
                                              const CellNumbers<T, 1>&) {
        return {tanh(a[0])};
    }
};

/// An Elman network with h' = max(a, 0).
struct ReLUCell {
    static constexpr int gates = 1, states = 1, recurrent = 0, split_gate = -1;
    template <class T>
    BLUE_INLINE static CellNumbers<T, 1> step(const CellNumbers<T, 1>& a, T,
                                              const CellNumbers<T, 1>&) {
        return {max(a[0], T(0))};
    }
};

/// Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).
/// Gates in PyTorch's order: input, forget, candidate, output; states: output h, memory c.
struct LSTMCell {
    static constexpr int gates = 4, states = 2, recurrent = 0, split_gate = -1;
    template <class T>
    BLUE_INLINE static CellNumbers<T, 2> step(const CellNumbers<T, 4>& a, T,
                                              const CellNumbers<T, 2>& state) {
        const T c = sigmoid(a[1]) * state[1] + sigmoid(a[0]) * tanh(a[2]);
        return {sigmoid(a[3]) * tanh(c), c};
    }
};

/// The LSTM with peepholes of BLiTZ: gates look at the memory c and not at the output, and the
/// candidate at the input alone: c' = f c + i sigmoid(x), h' = tanh(o c').
struct PeepholeLSTMCell {
    static constexpr int gates = 4, states = 2, recurrent = 1, split_gate = 2;
    template <class T>
    BLUE_INLINE static CellNumbers<T, 2> step(const CellNumbers<T, 4>& a, T x,
                                              const CellNumbers<T, 2>& state) {
        const T c = sigmoid(a[1]) * state[1] + sigmoid(a[0]) * sigmoid(x);
        return {tanh(sigmoid(a[3]) * c), c};
    }
};

/// Gated recurrent unit (Cho et al. 2014) as PyTorch has it, with the reset gate behind the product
/// with the hidden weights. Gates: reset, update, candidate.
struct GRUCell {
    static constexpr int gates = 3, states = 1, recurrent = 0, split_gate = 2;
    template <class T>
    BLUE_INLINE static CellNumbers<T, 1> step(const CellNumbers<T, 3>& a, T x,
                                              const CellNumbers<T, 1>& state) {
        const T candidate = tanh(x + sigmoid(a[0]) * a[2]);
        return {candidate + sigmoid(a[1]) * (state[0] - candidate)};
    }
};

}  // namespace blue
