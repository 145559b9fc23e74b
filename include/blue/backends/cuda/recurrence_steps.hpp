// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of a recurrence do in a step, between matrix products.
#pragma once

#include <blue/backends/cuda/gemm.hpp>
#include <blue/backends/cuda/parallel.hpp>
#include <blue/math/math.hpp>
#include <blue/ops/cell_formula.hpp>
#include <blue/tensor/tape.hpp>

namespace blue::cuda {

/// One direction of a recurrence, and one of its steps. States and their gradients of the step are
/// (samples, batch, H), those of gates (samples, batch, gates x H).
template <class Cell, class T>
struct RecurrenceView {
    static constexpr int gates = Cell::gates, states = Cell::states;
    using S = math::Number<T>;
    using Formula = blue::detail::CellFormula<Cell, S>;

    Index samples, batch, steps, width, directions, direction, slot, slots;
    const Index* lengths;  ///< on the device; nullptr when all have `steps` steps
    Matrices<const T> x;
    T* kept;  ///< what the formula got; nullptr when nobody wants a gradient
    T* history[2];
    T* current[2];  ///< states, in backward their gradients
    T* hidden;      ///< the projected states, in backward the gradient of what the formula got
    Index time;

    /// A unit of a sequence.
    struct Place {
        Index s, b, row, e;  ///< row = s batch + b
    };
    BLUE_HOST_DEVICE Place place(Index i) const {
        const auto [row, e] = divide(i, width);
        const auto [s, b] = divide(row, batch);
        return {s, b, row, e};
    }
    Index units() const { return samples * batch * width; }

    BLUE_HOST_DEVICE bool is_padding(const Place& at) const {
        return lengths && time >= lengths[at.b];
    }
    /// Where gate g of the step is in values of all steps.
    BLUE_HOST_DEVICE Index gate(const Place& at, int g) const {
        return (at.row * steps + time) * gates * width + g * width + at.e;
    }
    BLUE_HOST_DEVICE T input(const Place& at, int g) const {
        return x.of(at.s)[(at.b * steps + time) * gates * width + g * width + at.e];
    }
    /// The part of the input that comes on its own.
    BLUE_HOST_DEVICE S alone(const Place& at) const {
        if constexpr (Formula::splits)
            return S(input(at, Formula::split));
        else
            return S(0);
    }
    /// The same in those of the step alone.
    BLUE_HOST_DEVICE Index step_gate(const Place& at, int g) const {
        return at.row * gates * width + g * width + at.e;
    }
    BLUE_HOST_DEVICE Index state(const Place& at) const {
        return (at.row * steps + time) * width + at.e;
    }
    BLUE_HOST_DEVICE Index output(const Place& at) const {
        return ((at.row * steps + time) * directions + direction) * width + at.e;
    }
    /// In the states before the first and behind the last step.
    BLUE_HOST_DEVICE Index end_state(Index row, Index e) const {
        return (row * slots + slot + direction) * width + e;
    }
};

/// States before the first step, or gradients behind the last one: zeros where there are none.
template <class Cell, class T>
struct BeginStates {
    RecurrenceView<Cell, T> view;
    Matrices<const T> from[2];
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto at = view.place(i);
        for (int k = 0; k < Cell::states; ++k)
            view.current[k][i] = from[k].data ? from[k].of(at.s)[view.end_state(at.b, at.e)] : T(0);
    }
};

/// States behind the last step.
template <class Cell, class T>
struct EndStates {
    RecurrenceView<Cell, T> view;
    T* to[2];  ///< nullptr for those that nobody wants
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto at = view.place(i);
        for (int k = 0; k < Cell::states; ++k)
            if (to[k]) to[k][view.end_state(at.row, at.e)] = view.current[k][i];
    }
};

template <class Cell, class T>
struct RecurrenceStep {
    using View = RecurrenceView<Cell, T>;
    using S = typename View::S;
    View view;
    Matrices<const T> bias;  ///< nullptr for none
    T* y;                    ///< nullptr when only the last states are wanted

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto at = view.place(i);
        for (int k = 0; k < View::states; ++k)
            if (view.kept) view.history[k][view.state(at)] = view.current[k][i];
        if (view.is_padding(at)) {
            if (y) y[view.output(at)] = 0;
            return;
        }
        typename View::Formula::Gates a;
        for (int g = 0; g < View::gates; ++g) {
            T sum = view.hidden[view.step_gate(at, g)];
            if (bias.data) sum += bias.of(at.s)[g * view.width + at.e];
            if (g != Cell::split_gate) sum += view.input(at, g);
            if (view.kept) view.kept[view.gate(at, g)] = sum;
            a.numbers[g] = S(sum);
        }
        typename View::Formula::States before;
        for (int k = 0; k < View::states; ++k) before.numbers[k] = S(view.current[k][i]);
        const auto after = View::Formula::step(a, view.alone(at), before);
        for (int k = 0; k < View::states; ++k) view.current[k][i] = after.numbers[k].r[0];
        if (y) y[view.output(at)] = view.current[0][i];
    }
};

/// The gradients of a step: those of the states behind it become those of the states before it, but
/// for what comes through the hidden weights.
template <class Cell, class T>
struct RecurrenceStepBackward {
    using View = RecurrenceView<Cell, T>;
    using S = typename View::S;
    View view;
    const T* dy;           ///< nullptr for none
    T* all;                ///< gradient of what the formula got, of all steps
    GradientTarget<T> dx;  ///< of the projected inputs; nullptr where it is not wanted

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto at = view.place(i);
        if (view.is_padding(at)) {
            for (int g = 0; g < View::gates; ++g) put_gate(at, g, T(0), T(0));
            return;
        }
        typename View::Formula::Gates a;
        for (int g = 0; g < View::gates; ++g) a.numbers[g] = S(view.kept[view.gate(at, g)]);
        typename View::Formula::States before, slope;
        for (int k = 0; k < View::states; ++k) {
            before.numbers[k] = S(view.history[k][view.state(at)]);
            slope.numbers[k] = S(view.current[k][i]);
        }
        if (dy) slope.numbers[0] += S(dy[view.output(at)]);
        const auto slopes = View::Formula::slopes(a, view.alone(at), before, slope);
        for (int g = 0; g < View::gates; ++g)
            put_gate(at, g, slopes.a.numbers[g].r[0], slopes.input(g).r[0]);
        for (int k = 0; k < View::states; ++k) view.current[k][i] = slopes.before.numbers[k].r[0];
    }

private:
    BLUE_HOST_DEVICE void put_gate(const typename View::Place& at, int g, T slope,
                                   T input_slope) const {
        view.hidden[view.step_gate(at, g)] = slope;
        all[view.gate(at, g)] = slope;
        if (dx.data) put(dx.data + view.gate(at, g), input_slope, dx.add);
    }
};

/// Adds the gradients of the first states, (samples, batch, H), to their slots.
template <class Cell, class T>
struct AddFirstStates {
    RecurrenceView<Cell, T> view;
    const T* from;
    Index shared;  ///< samples that have one state in common
    T* to;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto at = view.place(i);
        T sum = 0;
        for (Index s = 0; s < shared; ++s) sum += from[i + s * view.batch * view.width];
        to[view.end_state(at.row, at.e)] += sum;
    }
};

}  // namespace blue::cuda
