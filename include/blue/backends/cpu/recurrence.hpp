// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences step by step on the CPU.
#pragma once

#include <blue/backends/cpu/cell_sweep.hpp>
#include <blue/backends/cpu/linear.hpp>
#include <blue/backends/cpu/sums.hpp>
#include <blue/ops/recurrence.hpp>

#include <utility>

namespace blue {

template <class T, class Isa>
inline constexpr bool has_kernel<operation::recurrence, Cpu<T, Isa>> = true;

namespace cpu {

/// Sequences of a unit of work. Fixed, because all steps of a unit run on one thread.
inline constexpr Index recurrence_rows = 16;

/// What all steps of a few sequences in one sample and direction have in common.
template <class Cell, class B>
struct RecurrenceUnit {
    using T = typename B::scalar;
    using Sweep = CellSweep<Cell, T>;
    static constexpr std::size_t states = Cell::states;

    const RecurrenceArgs<B>& args;
    Index s, d, begin, rows;  ///< sample, direction, first sequence and how many

    const RecurrenceDirection<B>& direction() const {
        return args.direction[static_cast<std::size_t>(d)];
    }
    Index out() const { return Cell::gates * args.width; }
    /// The time of step k of a walk.
    Index time(Index k) const { return d == 0 ? k : args.steps - 1 - k; }
    /// Whether a sequence has an element at that time.
    bool is_padding(Index row, Index t) const {
        return args.lengths && t >= args.lengths[begin + row];
    }
    /// Row of a value (S or 1, B, T, numbers).
    T* at(const Node<B>& node, T* data, Index row, Index t, Index numbers) const {
        const Index sample = node.samples == 1 ? 0 : s;
        return data + ((sample * args.batch + begin + row) * args.steps + t) * numbers;
    }
    T* output(T* data, Index row, Index t) const {
        return at(*args.y, data, row, t, args.directions * args.width) + d * args.width;
    }
    /// Row of states (S or 1, B, slots, H).
    T* state(const Node<B>& node, T* data, Index row) const {
        const Index sample = node.samples == 1 ? 0 : s;
        return data +
               ((sample * args.batch + begin + row) * args.slots + args.slot + d) * args.width;
    }

    void forward(const PackedFactor<T>& weight, const T* bias, T* scratch) const {
        const auto [current, hidden] = memory(scratch);
        const Index width = args.width;
        for (std::size_t k = 0; k < states; ++k)
            for (Index row = 0; row < rows; ++row) {
                T* const to = current[k] + row * width;
                if (args.first[k])
                    std::copy_n(state(*args.first[k], args.first[k]->value, row), width, to);
                else
                    std::fill_n(to, width, T(0));
            }
        for (Index k = 0; k < args.steps; ++k) {
            weight.multiply(rows, current[Cell::recurrent], width, hidden, out(), false, bias);
            for (Index row = 0; row < rows; ++row) step(row, time(k), current, hidden);
        }
        for (std::size_t k = 0; k < states; ++k)
            for (Index row = 0; args.last[k] && row < rows; ++row)
                std::copy_n(current[k] + row * width, width,
                            state(*args.last[k], args.last[k]->value, row));
    }

    /// \param dx, first see `gate_gradients`, and (samples, batch, directions, H).
    void backward(const PackedFactor<T>& weight, GradientTarget<T> dx,
                  const std::array<T*, 2>& first, T* scratch) const {
        const auto [slope, da] = memory(scratch);
        const Index width = args.width;
        for (std::size_t k = 0; k < states; ++k)
            for (Index row = 0; row < rows; ++row) {
                T* const to = slope[k] + row * width;
                if (args.last[k] && args.last[k]->grad_live)
                    std::copy_n(state(*args.last[k], args.last[k]->grad, row), width, to);
                else
                    std::fill_n(to, width, T(0));
            }
        for (Index k = args.steps; k-- > 0;) {
            for (Index row = 0; row < rows; ++row) step_backward(row, time(k), slope, da, dx);
            weight.multiply(rows, da, out(), slope[Cell::recurrent], width, true);
        }
        for (std::size_t k = 0; k < states; ++k)
            for (Index row = 0; first[k] && row < rows; ++row)
                std::copy_n(
                    slope[k] + row * width, width,
                    first[k] + ((s * args.batch + begin + row) * args.directions + d) * width);
    }

    static Index scratch_size(const RecurrenceArgs<B>& args) {
        return recurrence_rows * args.width * (Cell::gates + Cell::states);
    }

private:
    using Rows = typename Sweep::Rows;

    /// Room for the states of all rows, and for what belongs to the gates.
    std::pair<Rows, T*> memory(T* scratch) const {
        Rows current{};
        for (std::size_t k = 0; k < states; ++k, scratch += rows * args.width) current[k] = scratch;
        return {current, scratch};
    }
    Rows rows_at(const Rows& current, Index row) const {
        Rows result{};
        for (std::size_t k = 0; k < states; ++k) result[k] = current[k] + row * args.width;
        return result;
    }
    Rows history(Index row, Index t) const {
        Rows result{};
        for (std::size_t k = 0; k < states; ++k) {
            const Node<B>& node = *direction().history[k];
            result[k] = at(node, node.value, row, t, args.width);
        }
        return result;
    }

    void step(Index row, Index t, const Rows& current, const T* hidden) const {
        const Index width = args.width;
        const RecurrenceDirection<B>& walk = direction();
        const Rows now = rows_at(current, row);
        if (args.keeps)
            for (std::size_t k = 0; k < states; ++k) std::copy_n(now[k], width, history(row, t)[k]);
        if (is_padding(row, t)) {
            if (args.y) std::fill_n(output(args.y->value, row, t), width, T(0));
            return;
        }
        const Node<B>* const kept = walk.hidden.y;
        Sweep::forward(at(*walk.gates, walk.gates->value, row, t, out()), hidden + row * out(), now,
                       kept ? at(*kept, kept->value, row, t, out()) : nullptr, width);
        if (args.y) std::copy_n(now[0], width, output(args.y->value, row, t));
    }

    void step_backward(Index row, Index t, const Rows& slope, T* compact,
                       GradientTarget<T> dx) const {
        const RecurrenceDirection<B>& walk = direction();
        const Node<B>& kept = *walk.hidden.y;
        T* const da = compact + row * out();
        T* const all = at(kept, kept.grad, row, t, out());
        if (dx.data) dx.data = at(kept, dx.data, row, t, out());
        if (is_padding(row, t)) {
            std::fill_n(da, out(), T(0));
            std::fill_n(all, out(), T(0));
            if (dx.data && !dx.add) std::fill_n(dx.data, out(), T(0));
            return;
        }
        const Rows now = rows_at(slope, row);
        if (args.y && args.y->grad_live) {
            const T* const dy = output(args.y->grad, row, t);
            for (Index e = 0; e < args.width; ++e) now[0][e] += dy[e];
        }
        Sweep::backward(at(kept, kept.value, row, t, out()),
                        at(*walk.gates, walk.gates->value, row, t, out()), history(row, t), now, da,
                        all, dx, args.width);
    }
};

/// Calls body(unit, worker) for all units of a recurrence.
template <class Cell, class B, class Body>
void for_each_recurrence_unit(const RecurrenceArgs<B>& args, Body body) {
    const Index blocks = (args.batch + recurrence_rows - 1) / recurrence_rows;
    const Index numbers = args.samples * args.batch * args.steps * Cell::gates * args.width;
    parallel_units(args.samples * args.directions * blocks, numbers, [&](Index unit, int worker) {
        const Index begin = unit % blocks * recurrence_rows, walk = unit / blocks;
        body(RecurrenceUnit<Cell, B>{args, walk / args.directions, walk % args.directions, begin,
                                     std::min(recurrence_rows, args.batch - begin)},
             worker);
    });
}

/// The hidden weights of each sample and direction, laid out for products.
template <class B>
class PackedWeights {
    using T = typename B::scalar;

public:
    static PackedWeights make(Tape<B>& tape, const RecurrenceArgs<B>& args, bool transposed) {
        PackedWeights packed;
        for (std::size_t d = 0; d < static_cast<std::size_t>(args.directions); ++d) {
            const LinearArgs<B>& hidden = args.direction[d].hidden;
            packed.k_ = transposed ? hidden.in : hidden.out;
            packed.n_ = transposed ? hidden.out : hidden.in;
            const Index numbers = PackedFactor<T>::numbers(packed.k_, packed.n_);
            packed.memory_[d] = tape.template device_memory<T>(hidden.weight->samples * numbers);
            packed.stride_[d] = hidden.weight->samples == 1 ? 0 : numbers;
            parallel_units(hidden.weight->samples, hidden.weight->samples * numbers,
                           [&](Index s, int) {
                               packed.of(s, static_cast<Index>(d))
                                   .fill(transposed, weights_of(*hidden.weight, s), hidden.in);
                           });
        }
        return packed;
    }
    PackedFactor<T> of(Index s, Index d) const {
        const auto i = static_cast<std::size_t>(d);
        return {k_, n_, memory_[i] + s * stride_[i]};
    }

private:
    Index k_ = 0, n_ = 0;
    std::array<T*, 2> memory_{};
    std::array<Index, 2> stride_{};
};

/// Adds the gradients of the first states, (samples, batch, directions, H), to their slots.
template <class B>
void add_first_states(const RecurrenceArgs<B>& args, const Node<B>& node,
                      GradientTarget<typename B::scalar> to, const typename B::scalar* from) {
    const Index numbers = args.directions * args.width;
    if (!to.add) std::fill_n(to.data, node.size(), typename B::scalar(0));
    for (Index row = 0; row < args.samples * args.batch; ++row) {
        const Index target = node.samples == 1 ? row % args.batch : row;
        for (Index e = 0; e < numbers; ++e)
            to.data[(target * args.slots + args.slot) * args.width + e] += from[row * numbers + e];
    }
}

}  // namespace cpu

template <class Cell, class T, class Isa>
void recurrence_forward(Tape<Cpu<T, Isa>>& tape, const RecurrenceArgs<Cpu<T, Isa>>& args) {
    using B = Cpu<T, Isa>;
    for (std::size_t d = 0; d < static_cast<std::size_t>(args.directions); ++d) {
        const LinearArgs<B>& hidden = args.direction[d].hidden;
        if (hidden.owns_weight) draw_forward(tape, *hidden.weight);
        if (hidden.owns_bias) draw_forward(tape, *hidden.bias);
    }
    const auto weights = cpu::PackedWeights<B>::make(tape, args, true);
    const cpu::Scratch<B> scratch(tape, cpu::RecurrenceUnit<Cell, B>::scratch_size(args));
    cpu::for_each_recurrence_unit<Cell>(args, [&](const auto& unit, int worker) {
        const Draw<B>* const bias = unit.direction().hidden.bias;
        unit.forward(weights.of(unit.s, unit.d), bias ? cpu::weights_of(*bias, unit.s) : nullptr,
                     scratch.of(worker));
    });
}

template <class Cell, class T, class Isa>
void recurrence_backward(Tape<Cpu<T, Isa>>& tape, const RecurrenceArgs<Cpu<T, Isa>>& args) {
    using B = Cpu<T, Isa>;
    const auto is_live = [](const Node<B>* node) { return node && node->grad_live; };
    const bool live = is_live(args.y) || is_live(args.last[0]) || is_live(args.last[1]);
    std::array<GradientTarget<T>, 2> gate_gradients{};
    std::array<T*, 2> first{};  // of the first states, (samples, batch, directions, H)
    if (live) {
        gate_gradients = detail::gate_gradients<Cell>(tape, args);
        for (std::size_t k = 0; k < Cell::states; ++k)
            if (args.first[k] && args.first[k]->needs_grad)
                first[k] = tape.template device_memory<T>(args.samples * args.batch *
                                                          args.directions * args.width);
        const auto weights = cpu::PackedWeights<B>::make(tape, args, false);
        const cpu::Scratch<B> scratch(tape, cpu::RecurrenceUnit<Cell, B>::scratch_size(args));
        cpu::for_each_recurrence_unit<Cell>(args, [&](const auto& unit, int worker) {
            unit.backward(weights.of(unit.s, unit.d),
                          gate_gradients[static_cast<std::size_t>(unit.d)], first,
                          scratch.of(worker));
        });
    }
    for (std::size_t d = 0; d < static_cast<std::size_t>(args.directions); ++d) {
        // The gradient of the hidden weights, by one product over all steps.
        linear_backward(tape, args.direction[d].hidden);
        Node<B>& gates = *args.direction[d].gates;
        if (live && gates.needs_grad && gates.samples != args.samples)
            cpu::add_samples(gate_gradients[d].data, args.samples, gates.per_sample(),
                             tape.gradient(&gates));
    }
    for (std::size_t k = 0; k < Cell::states; ++k)
        if (first[k])
            cpu::add_first_states(args, *args.first[k], tape.gradient(args.first[k]), first[k]);
}

}  // namespace blue
