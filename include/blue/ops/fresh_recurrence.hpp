// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences step by step, with weights that are drawn again for each step.
#pragma once

#include <blue/ops/copy_args.hpp>
#include <blue/ops/linear.hpp>
#include <blue/ops/recurrence.hpp>
#include <blue/ops/step_draws.hpp>

#include <array>

namespace blue::detail {

/// A part of the items of a value as a part of those of another one.
template <class B>
void copy_numbers(Tape<B>& tape, Node<B>* x, Index x_first, Node<B>* y, Index y_first,
                  Index count) {
    const std::array<CopyAxis, 1> axes{{{count, 1, 1}}};
    copy_part<B>(tape, x, y, x_first, y_first, axes, y->samples);
}
/// `count` numbers of each item.
template <class B>
Node<B>* part_of_items(Tape<B>& tape, Node<B>* x, Index first, Index count) {
    Node<B>* const y = tape.node(x->samples, x->batch, count, x->needs_grad);
    copy_numbers(tape, x, first, y, 0, count);
    return y;
}

/// The variables of one direction of a layer; biases may be nullptr.
template <class B>
struct RecurrentDraws {
    std::array<Draw<B>*, 4> all;  ///< weight_ih, bias_ih, weight_hh, bias_hh
    Draw<B>* at(std::size_t variable, Index step) const { return step_draw(all[variable], step); }
};

/// Walks in one direction through sequences x (S or 1, B, T, in), with the draws of a step for
/// each. \param plan states, lengths and samples as for `recurrence`, without gates and weights.
/// \param output (S, B, T, directions x H), of which the numbers of this direction are written;
///   nullptr when nobody wants them.
template <class Cell, class B>
void fresh_recurrence(Tape<B>& tape, Node<B>* x, Index in, const RecurrentDraws<B>& draws,
                      Index direction, const RecurrencePlan<B>& plan, Node<B>* output) {
    const Index width = plan.width, steps = x->item / in, slot = plan.slot + direction;
    std::array<Node<B>*, 2> state{};
    for (std::size_t k = 0; k < Cell::states; ++k)
        if (plan.first[k]) state[k] = part_of_items(tape, plan.first[k], slot * width, width);
    for (Index i = 0; i < steps; ++i) {
        const Index t = direction == 0 ? i : steps - 1 - i;
        RecurrencePlan<B> step;
        step.gates[0] = linear(tape, part_of_items(tape, x, t * in, in), draws.at(0, t),
                               draws.at(1, t), in, Cell::gates * width);
        step.weights[0] = draws.at(2, t);
        step.biases[0] = draws.at(3, t);
        step.width = width;
        step.samples = plan.samples;
        step.wants_output = output;
        step.first = state;
        for (std::size_t k = 0; k < Cell::states; ++k)
            step.last[k] = state[k] = tape.node(plan.samples, x->batch, width, true);
        if (plan.lengths) {
            Index* const lengths = tape.template host_memory<Index>(x->batch);
            for (Index b = 0; b < x->batch; ++b) lengths[b] = plan.lengths[b] > t ? 1 : 0;
            step.lengths = lengths;
        }
        Node<B>* const y = recurrence<Cell>(tape, step);
        if (output)
            copy_numbers(tape, y, 0, output, (t * plan.directions + direction) * width, width);
    }
    for (std::size_t k = 0; k < Cell::states; ++k)
        if (plan.last[k]) copy_numbers(tape, state[k], 0, plan.last[k], slot * width, width);
}

}  // namespace blue::detail
