// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences step by step: recurrent networks without their input projection.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/meta/variables.hpp>
#include <blue/ops/cells.hpp>
#include <blue/ops/materialise.hpp>
#include <blue/ops/recurrence_args.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace blue {

namespace requirement {

/// The input of a recurrence or of a recurrent layer.
template <bool Ok, class Expected, class Given>
struct sequence_input : check {
    static_assert(
        Ok,
        "blue: a recurrence takes a sequence as an item, shape<length, width>, see expected and "
        "given in sequence_input<...>: change the width, or the order of the axes: the batch is no "
        "axis of an item, it comes before all axes, also before the length");
};

/// The weight of `recurrence` and its bias.
template <bool Ok, class Cell, class Expected, class Given>
struct hidden_weight : check {
    static_assert(
        Ok,
        "blue: the hidden weights of a recurrence have shape<gates x H, H> and its bias has "
        "shape<gates x H>, see the cell, and expected and given shape in hidden_weight<...>: "
        "change the extents of the variable");
};

}  // namespace requirement

namespace detail {

template <class Cell, class B>
struct RecurrenceRecord : Record<B> {
    RecurrenceArgs<B> args;
    void run(Tape<B>& tape) { recurrence_backward<Cell>(tape, args); }
};

/// Makes room for the gradients of what the formula got, and for those of the gates: in their own
/// place, or by sample when samples share gates; nullptr where nobody wants them or they are those
/// of `hidden.y`.
template <class Cell, class B>
std::array<GradientTarget<typename B::scalar>, 2> gate_gradients(Tape<B>& tape,
                                                                 const RecurrenceArgs<B>& args) {
    using T = typename B::scalar;
    std::array<GradientTarget<T>, 2> to{};
    for (std::size_t d = 0; d < static_cast<std::size_t>(args.directions); ++d) {
        Node<B>& gates = *args.direction[d].gates;
        Node<B>& kept = *args.direction[d].hidden.y;
        const bool shared = gates.samples != args.samples;
        if (gates.needs_grad && shared)
            to[d].data = tape.template device_memory<T>(args.samples * gates.per_sample());
        else if (gates.needs_grad)
            to[d] = tape.gradient(&gates);
        if (gates.needs_grad && !shared && !to[d].add && Cell::split_gate < 0) {
            kept.grad = std::exchange(to[d].data, nullptr);
            kept.grad_live = true;
        } else {
            tape.gradient(&kept);
        }
    }
    return to;
}

/// The lengths of the sequences of a batch in memory of the tape. Throws ShapeError unless there is
/// one for each, and ValueError when one is not in [1, steps].
template <class B>
const Index* put_lengths(Tape<B>& tape, std::span<const Index> lengths, Index batch, Index steps) {
    if (lengths.empty()) return nullptr;
    if (static_cast<Index>(lengths.size()) != batch)
        throw ShapeError("recurrence: expected ", batch, " lengths, one for each sequence, got ",
                         lengths.size());
    for (Index length : lengths)
        if (length < 1 || length > steps)
            throw ValueError("recurrence: expected lengths between 1 and ", steps, ", got ",
                             length);
    Index* const copy = tape.template host_memory<Index>(batch);
    std::copy(lengths.begin(), lengths.end(), copy);
    return copy;
}

/// What is known before a recurrence is run; `directions` gates, weights and biases.
template <class B>
struct RecurrencePlan {
    std::array<Node<B>*, 2> gates{};
    std::array<Draw<B>*, 2> weights{}, biases{};
    Index directions = 1, width = 0;
    std::array<Node<B>*, 2> first{}, last{};
    Index slot = 0, slots = 1;
    const Index* lengths = nullptr;
    Index samples = 1;  ///< at least that many
    bool wants_output = true;
};

/// The samples of a recurrence; throws ShapeError when those of its arguments do not fit.
template <class B>
Index recurrence_samples(const RecurrencePlan<B>& plan) {
    Index samples = plan.samples;
    const auto add = [&](Index given) {
        if (given != 1 && samples != 1 && given != samples)
            throw ShapeError("recurrence: cannot combine ", samples, " samples with ", given);
        samples = std::max(samples, given);
    };
    for (std::size_t d = 0; d < static_cast<std::size_t>(plan.directions); ++d) {
        add(plan.gates[d]->samples);
        add(plan.weights[d]->samples);
        if (plan.biases[d]) add(plan.biases[d]->samples);
    }
    for (const Node<B>* state : plan.first)
        if (state) add(state->samples);
    return samples;
}

/// Runs a recurrence; the result's node, nullptr when only states are wanted.
template <class Cell, class B>
Node<B>* recurrence(Tape<B>& tape, const RecurrencePlan<B>& plan) {
    constexpr bool known = has_kernel<operation::recurrence, B>;
    static_assert(requirement::kernel<known, operation::recurrence, B>{});
    const Index width = plan.width, out = Cell::gates * width;
    RecurrenceArgs<B> args{};
    args.directions = plan.directions;
    args.first = plan.first;
    args.last = plan.last;
    args.slot = plan.slot;
    args.slots = plan.slots;
    args.lengths = plan.lengths;
    args.samples = recurrence_samples(plan);
    args.batch = plan.gates[0]->batch;
    args.steps = plan.gates[0]->item / out;
    args.width = width;
    args.keeps = tape.recording;
    for (const Node<B>* state : plan.first)
        if (state && state->batch != args.batch)
            throw ShapeError("recurrence: expected states of ", args.batch,
                             " sequences, got states of ", state->batch);
    const Index steps = args.steps;
    const auto node = [&](Index item) {
        return args.keeps ? tape.node(args.samples, args.batch, item, false) : nullptr;
    };
    for (std::size_t d = 0; d < static_cast<std::size_t>(plan.directions); ++d) {
        RecurrenceDirection<B>& direction = args.direction[d];
        direction.gates = plan.gates[d];
        for (std::size_t k = 0; k < Cell::states; ++k) direction.history[k] = node(steps * width);
        Draw<B>*const weight = plan.weights[d], *const bias = plan.biases[d];
        direction.hidden = {direction.history[Cell::recurrent],
                            node(steps * out),
                            weight,
                            bias,
                            take_ownership(tape, *weight),
                            bias && take_ownership(tape, *bias),
                            args.batch * steps,
                            width,
                            out};
    }
    if (plan.wants_output)
        args.y = tape.node(args.samples, args.batch, steps * plan.directions * width, true);
    tape.multiply_adds += args.samples * args.batch * steps * plan.directions * out * width;
    if constexpr (known) {
        recurrence_forward<Cell>(tape, args);
        tape.record(RecurrenceRecord<Cell, B>{{}, args});
    }
    return args.y;
}

template <class B>
Draw<B>* draw_or_null(absent) {
    return nullptr;
}
template <class B, class Shape, class Estimator>
Draw<B>* draw_or_null(Lazy<B, Shape, Estimator> x) {
    return x.draw;
}

}  // namespace detail

/// The outputs of a cell for sequences of projected inputs, one draw of the weights for all steps
/// of a sample (Fortunato et al. 2017, "Bayesian Recurrent Neural Networks"). gates: (S or 1, B, T,
/// gates x H), weight: (gates x H, H), bias: (gates x H) or `absent`; the result is (S, B, T, H).
/// States begin at 0.
///
///     auto y = recurrence<LSTMCell>(linear(x, weight_ih, bias_ih), weight_hh, bias_hh);
///
/// Throws ShapeError when samples do not fit.
/// \tparam Cell the formula: `LSTMCell`, `GRUCell`, or one of your own, see `TanhCell`.
template <class Cell, class B, class Shape, class WeightShape, class Estimator, class Bias = absent>
auto recurrence(Var<B, Shape> gates, Lazy<B, WeightShape, Estimator> weight, Bias bias = {}) {
    using requirement::expected, requirement::given;
    constexpr Index width = last_extent<WeightShape>, out = Cell::gates * width;
    constexpr bool weight_fits = fits<WeightShape, shape<out, width>>;
    static_assert(requirement::hidden_weight<weight_fits, Cell, expected<shape<out, width>>,
                                             given<WeightShape>>{});
    constexpr bool drawn = std::is_same_v<Estimator, estimator::DrawnWeights>;
    static_assert(requirement::drawn_weights<drawn, WeightShape, Estimator>{});
    constexpr bool input_fits = Shape::rank == 2 && last_extent<Shape> == out;
    static_assert(
        requirement::sequence_input<(!weight_fits || input_fits ||
                                     std::is_same_v<Shape, any_shape>),
                                    expected<shape<first_extent<Shape>, out>>, given<Shape>>{});
    if constexpr (!std::is_same_v<Bias, absent>) {
        constexpr bool bias_fits = !weight_fits || fits<typename Bias::shape, shape<out>>;
        static_assert(requirement::hidden_weight<bias_fits, Cell, expected<shape<out>>,
                                                 given<typename Bias::shape>>{});
    }
    if constexpr (weight_fits && input_fits && drawn) {
        Tape<B>& tape = detail::common_tape(gates, weight, bias);
        detail::RecurrencePlan<B> plan;
        plan.gates[0] = gates.node;
        plan.weights[0] = weight.draw;
        plan.biases[0] = detail::draw_or_null<B>(bias);
        plan.width = width;
        return Var<B, replace_last<Shape, width>>{gates.tape, detail::recurrence<Cell>(tape, plan)};
    } else {  // after an error
        return Var<B, any_shape>{gates.tape, gates.node};
    }
}

}  // namespace blue
