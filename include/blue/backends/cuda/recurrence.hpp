// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences step by step on the device: a product for all sequences and samples, then the formula
/// of the cell for all units.
#pragma once

#include <blue/backends/cuda/linear.hpp>
#include <blue/backends/cuda/recurrence_steps.hpp>
#include <blue/backends/cuda/tables.hpp>
#include <blue/ops/recurrence.hpp>

namespace blue {

template <class T, class E>
inline constexpr bool has_kernel<operation::recurrence, Cuda<T, E>> = true;

namespace cuda {

/// What all steps of a direction have in common.
template <class Cell, class T, class E>
RecurrenceView<Cell, T> recurrence_view(Tape<Cuda<T, E>>& tape,
                                        const RecurrenceArgs<Cuda<T, E>>& args, Index d,
                                        const Index* lengths) {
    const auto& direction = args.direction[static_cast<std::size_t>(d)];
    RecurrenceView<Cell, T> view{};
    view.samples = args.samples;
    view.batch = args.batch;
    view.steps = args.steps;
    view.width = args.width;
    view.directions = args.directions;
    view.direction = d;
    view.slot = args.slot;
    view.slots = args.slots;
    view.lengths = lengths;
    view.x = values_of(direction.gates);
    for (int k = 0; k < Cell::states; ++k) {
        view.current[k] = tape.template device_memory<T>(view.units());
        if (args.keeps) view.history[k] = direction.history[static_cast<std::size_t>(k)]->value;
    }
    if (args.keeps) view.kept = direction.hidden.y->value;
    view.hidden = tape.template device_memory<T>(Cell::gates * view.units());
    return view;
}

/// to (samples x batch rows of n numbers) = or += from (of k numbers) W or W^T, with the hidden
/// weights of each sample.
template <bool Trans, class T, class E>
void multiply_hidden(const RecurrenceArgs<Cuda<T, E>>& args, const Draw<Cuda<T, E>>& weight,
                     Index n, Index k, const T* from, T* to, bool add) {
    const bool together = weight.samples == 1;
    gemm<false, Trans, E>(together ? args.samples * args.batch : args.batch, n, k,
                          Matrices<const T>{from, args.batch * k}, weights_of(weight),
                          Matrices<T>{to, args.batch * n}, together ? 1 : args.samples, add);
}

template <class T, class E>
const Index* put_lengths(Tape<Cuda<T, E>>& tape, const RecurrenceArgs<Cuda<T, E>>& args) {
    return args.lengths ? put_table(tape, args.lengths, args.batch) : nullptr;
}

}  // namespace cuda

template <class Cell, class T, class E>
void recurrence_forward(Tape<Cuda<T, E>>& tape, const RecurrenceArgs<Cuda<T, E>>& args) {
    const Index* const lengths = cuda::put_lengths(tape, args);
    for (Index d = 0; d < args.directions; ++d) {
        const auto& hidden = args.direction[static_cast<std::size_t>(d)].hidden;
        if (hidden.owns_weight) draw_forward(tape, *hidden.weight);
        if (hidden.owns_bias) draw_forward(tape, *hidden.bias);
        auto view = cuda::recurrence_view<Cell>(tape, args, d, lengths);
        cuda::BeginStates<Cell, T> begin{view, {}};
        cuda::EndStates<Cell, T> end{view, {}};
        for (std::size_t k = 0; k < Cell::states; ++k) {
            begin.from[k] = cuda::values_of(args.first[k]);
            end.to[k] = args.last[k] ? args.last[k]->value : nullptr;
        }
        E::for_each(view.units(), begin);
        const auto bias =
            hidden.bias ? cuda::weights_of(*hidden.bias) : cuda::Matrices<const T>{nullptr, 0};
        for (Index k = 0; k < args.steps; ++k) {
            view.time = d == 0 ? k : args.steps - 1 - k;
            cuda::multiply_hidden<true>(args, *hidden.weight, hidden.out, hidden.in,
                                        static_cast<const T*>(view.current[Cell::recurrent]),
                                        view.hidden, false);
            E::for_each(view.units(), cuda::RecurrenceStep<Cell, T>{
                                          view, bias, args.y ? args.y->value : nullptr});
        }
        if (end.to[0] || end.to[1]) E::for_each(view.units(), end);
    }
}

namespace cuda {

/// Walks back through the steps of a direction.
template <class Cell, class T, class E>
void recurrence_direction_backward(Tape<Cuda<T, E>>& tape, const RecurrenceArgs<Cuda<T, E>>& args,
                                   Index d, const Index* lengths, GradientTarget<T> dx) {
    const auto& hidden = args.direction[static_cast<std::size_t>(d)].hidden;
    auto view = recurrence_view<Cell>(tape, args, d, lengths);
    BeginStates<Cell, T> begin{view, {}};
    for (std::size_t k = 0; k < Cell::states; ++k)
        if (const auto* last = args.last[k]; last && last->grad_live)
            begin.from[k] = read(samples_of(*last, last->grad));
    E::for_each(view.units(), begin);
    const T* const dy = args.y && args.y->grad_live ? args.y->grad : nullptr;
    for (Index k = args.steps; k-- > 0;) {
        view.time = d == 0 ? k : args.steps - 1 - k;
        E::for_each(view.units(), RecurrenceStepBackward<Cell, T>{view, dy, hidden.y->grad, dx});
        multiply_hidden<false>(args, *hidden.weight, hidden.in, hidden.out,
                               static_cast<const T*>(view.hidden), view.current[Cell::recurrent],
                               true);
    }
    for (std::size_t k = 0; k < Cell::states; ++k) {
        Node<Cuda<T, E>>* const first = args.first[k];
        if (!first || !first->needs_grad) continue;
        const GradientTarget<T> to = tape.gradient(first);
        if (!to.add) Cuda<T, E>::memory::fill_zero(to.data, first->size());
        E::for_each(
            first->samples * args.batch * args.width,
            AddFirstStates<Cell, T>{view, view.current[k], args.samples / first->samples, to.data});
    }
}

}  // namespace cuda

template <class Cell, class T, class E>
void recurrence_backward(Tape<Cuda<T, E>>& tape, const RecurrenceArgs<Cuda<T, E>>& args) {
    using B = Cuda<T, E>;
    const auto is_live = [](const Node<B>* node) { return node && node->grad_live; };
    const bool live = is_live(args.y) || is_live(args.last[0]) || is_live(args.last[1]);
    std::array<GradientTarget<T>, 2> gate_gradients{};
    if (live) gate_gradients = detail::gate_gradients<Cell>(tape, args);
    const Index* const lengths = live ? cuda::put_lengths(tape, args) : nullptr;
    for (Index d = 0; d < args.directions; ++d) {
        const auto& direction = args.direction[static_cast<std::size_t>(d)];
        const GradientTarget<T> dx = gate_gradients[static_cast<std::size_t>(d)];
        if (live) cuda::recurrence_direction_backward<Cell>(tape, args, d, lengths, dx);
        // The gradient of the hidden weights, by one product over all steps.
        linear_backward(tape, direction.hidden);
        Node<B>& gates = *direction.gates;
        if (live && gates.needs_grad && gates.samples != args.samples)
            E::for_each(gates.per_sample(),
                        cuda::SumSamples<T>{dx.data, args.samples, gates.per_sample(),
                                            tape.gradient(&gates)});
    }
}

}  // namespace blue
