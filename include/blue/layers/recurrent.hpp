// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What RNN, LSTM and GRU have in common.
#pragma once

#include <blue/layers/module.hpp>
#include <blue/layers/sequence_options.hpp>
#include <blue/ops/fresh_recurrence.hpp>

#include <boost/mp11/algorithm.hpp>

namespace blue {

/// The states of a recurrent layer, before the first or behind the last step: (S or 1, B, layers x
/// directions, H), with the directions of a layer next to each other, as in PyTorch. One value for
/// `RNN` and `GRU`; `LSTM` has the output h and the memory c.
template <class State, int Count>
struct RecurrentState;
template <class State>
struct RecurrentState<State, 1> {
    State h;
};
template <class State>
struct RecurrentState<State, 2> {
    State h, c;
};

/// The outputs of all steps and the state behind the last one.
template <class Output, class State>
struct RecurrentResult {
    Output output;
    State state;
};

namespace detail {

/// A name such as "weight_hh_l1_reverse".
template <fixed_string Kind, int Layer, bool Reverse>
inline constexpr fixed_string recurrent_name = [] {
    static_assert(Layer < 100, "blue: a recurrent network has at most 100 layers");
    fixed_string text = Kind + fixed_string("_l");
    if (Layer >= 10) {
        const char tens[2] = {static_cast<char>('0' + Layer / 10), '\0'};
        text = text + fixed_string(tens);
    }
    const char ones[2] = {static_cast<char>('0' + Layer % 10), '\0'};
    text = text + fixed_string(ones);
    return Reverse ? text + fixed_string("_reverse") : text;
}();

/// The variables of one direction of one layer; Out = gates x H. (Without `optional_variable`, on
/// which g++ 12 crashes here.)
template <int Layer, bool Reverse, Index Input, Index Out, Index H, bool HasBias>
struct direction_variables {
    static constexpr fixed_string weight_ih = recurrent_name<"weight_ih", Layer, Reverse>;
    static constexpr fixed_string weight_hh = recurrent_name<"weight_hh", Layer, Reverse>;
    static constexpr fixed_string bias_ih = recurrent_name<"bias_ih", Layer, Reverse>;
    static constexpr fixed_string bias_hh = recurrent_name<"bias_hh", Layer, Reverse>;
    using type =
        variables<variable<weight_ih, Out, Input>, variable<weight_hh, Out, H>,
                  std::conditional_t<HasBias, variable<bias_ih, Out>, absent_variable<bias_ih>>,
                  std::conditional_t<HasBias, variable<bias_hh, Out>, absent_variable<bias_hh>>>;
};

/// All variables in PyTorch's order: layer by layer, and direction by direction.
template <class Cell, Index In, Index H, class Options>
struct recurrent_variables {
    static constexpr int directions = static_cast<int>(Options::directions);
    template <int K>
    using of = typename direction_variables<K / directions, K % directions == 1,
                                            (K < directions ? In : Options::directions * H),
                                            Cell::gates * H, H, Options::has_bias>::type;
    template <int... K>
    static mp::mp_append<of<K>...> all(std::integer_sequence<int, K...>);
    using type = decltype(all(std::make_integer_sequence<int, Options::layers * directions>{}));
};

/// Whether the weights of a variable are not drawn.
template <class Variable>
using is_not_drawn =
    mp::mp_bool<!std::is_same_v<estimator_of<typename Variable::variational_distribution>,
                                estimator::DrawnWeights>>;

/// The base of the recurrent layers.
template <class Self, class Cell, Index In, Index H, class Options>
struct Recurrent
    : Module<Self, typename recurrent_variables<Cell, In, H, Options>::type,
             typename Options::variational, typename Options::prior, typename Options::backend> {
    using Recurrent::Module::Module;

    using input_shape = shape<Options::steps, In>;
    /// The shape that the layer expects in place of a given one.
    template <class Shape>
    using expected_input = shape<Shape::rank == 2 ? first_extent<Shape> : Options::steps, In>;
    /// All variables start and are rescaled as if they were hidden weights, as in PyTorch.
    static constexpr Index fan_in = H;
    /// How many states of a kind there are: one per layer and direction.
    static constexpr Index slots = Options::layers * Options::directions;
    /// The states of the layer on a tape.
    template <class B>
    using state_of = RecurrentState<Var<B, shape<slots, H>>, Cell::states>;

    /// (S or 1, B, T, In) to (S, B, T, directions x H), or (S, B, directions x H) with
    /// `final_output`, beginning with states of 0.
    /// \param lengths of the sequences of the batch, from 1 to T; empty when all are T long.
    ///   Outputs behind the end of a sequence are 0, and inputs there have no influence.
    /// Throws ShapeError and ValueError when the lengths do not fit.
    auto forward(auto& pass, auto x, std::span<const Index> lengths = {}) const {
        return walk<Options::final_output>(pass, x, lengths, nullptr).output;
    }

    /// The same, beginning with a given state, and with the state behind the last step (of each
    /// sequence): `auto [output, state] = lstm.run(pass, x, {}, before);`. A `RecurrentResult`; the
    /// output has all steps.
    template <class X>
    auto run(auto& pass, X x, std::span<const Index> lengths = {}) const {
        return walk<false>(pass, x, lengths, nullptr);
    }
    template <class X>
    auto run(auto& pass, X x, std::span<const Index> lengths,
             const state_of<typename X::backend>& before) const {
        return walk<false>(pass, x, lengths, &before);
    }

private:
    template <class B>
    using Plan = RecurrencePlan<B>;

    template <class B>
    static std::array<Node<B>*, 2> nodes(const state_of<B>& state) {
        if constexpr (Cell::states == 2)
            return {state.h.node, state.c.node};
        else
            return {state.h.node, nullptr};
    }
    template <class B>
    static state_of<B> state_on(Tape<B>& tape, const std::array<Node<B>*, 2>& nodes) {
        if constexpr (Cell::states == 2)
            return {{&tape, nodes[0]}, {&tape, nodes[1]}};
        else
            return {{&tape, nodes[0]}};
    }

    /// \param before may be nullptr.
    template <bool OnlyFinal, class B, class Shape>
    auto walk(auto& pass, Var<B, Shape> x, std::span<const Index> lengths,
              const std::type_identity_t<state_of<B>>* before) const {
        using requirement::expected, requirement::given;
        constexpr bool is_sequence = Shape::rank == 2 && last_extent<Shape> == In;
        constexpr bool is_input = is_sequence || std::is_same_v<Shape, any_shape>;
        static_assert(
            requirement::sequence_input<is_input, expected<expected_input<Shape>>, given<Shape>>{});
        using NotDrawn = mp::mp_copy_if<typename Self::own_variables, is_not_drawn>;
        constexpr bool drawn = mp::mp_empty<NotDrawn>::value;
        using First = mp::mp_front<mp::mp_append<NotDrawn, typename Self::own_variables>>;
        static_assert(
            requirement::drawn_weights<drawn, typename First::shape,
                                       estimator_of<typename First::variational_distribution>>{});
        if constexpr (is_sequence && drawn) {
            Tape<B>& tape = *x.tape;
            Plan<B> plan;
            plan.directions = Options::directions;
            plan.width = H;
            plan.slots = slots;
            plan.lengths = put_lengths(tape, lengths, x.batch(), x.node->item / In);
            if (before) plan.first = nodes<B>(*before);
            if constexpr (!OnlyFinal || Options::fresh_draws)
                plan.samples = most_samples(pass, *x.node, plan);
            if constexpr (!OnlyFinal) {
                for (std::size_t k = 0; k < Cell::states; ++k)
                    plan.last[k] = tape.node(plan.samples, x.batch(), slots * H, true);
            }
            const auto output = layer<0, OnlyFinal>(pass, x, plan);
            return RecurrentResult<std::remove_const_t<decltype(output)>, state_of<B>>{
                output, state_on<B>(tape, plan.last)};
        } else {  // after an error
            return RecurrentResult<Var<B, any_shape>, state_of<B>>{{x.tape, x.node}, {}};
        }
    }

    /// The samples of states, which all layers share.
    template <class B>
    Index most_samples(const auto& pass, const Node<B>& x, const Plan<B>& plan) const {
        Index samples = x.samples;
        for (const Node<B>* state : plan.first)
            if (state) samples = std::max(samples, state->samples);
        this->for_each_state(
            [&](const auto& state) { samples = std::max(samples, pass.draw_of(state).samples); });
        return samples;
    }

    /// Layer K and those behind it.
    template <int K, bool OnlyFinal, class B, class Shape>
    auto layer(auto& pass, Var<B, Shape> x, Plan<B>& plan) const {
        constexpr Index width = Options::directions * H;
        constexpr bool is_last = K + 1 == Options::layers;
        if constexpr (!Options::fresh_draws) {
            project<K, 0>(pass, x, plan);
            if constexpr (Options::directions == 2) project<K, 1>(pass, x, plan);
        }
        const auto walk_through = [&] {
            if constexpr (Options::fresh_draws)
                return walk_freshly<K>(pass, x, plan);
            else
                return recurrence<Cell>(*x.tape, plan);
        };
        if constexpr (is_last && OnlyFinal) {
            plan.slots = Options::directions;
            plan.wants_output = false;
            const Index samples = Options::fresh_draws ? plan.samples : recurrence_samples(plan);
            plan.last[0] = x.tape->node(samples, x.batch(), width, true);
            walk_through();
            return Var<B, shape<width>>{x.tape, plan.last[0]};
        } else {
            plan.slot = OnlyFinal ? 0 : K * Options::directions;
            const Var<B, replace_last<Shape, width>> y{x.tape, walk_through()};
            if constexpr (is_last)
                return y;
            else
                return layer<K + 1, OnlyFinal>(pass, y, plan);
        }
    }

    /// The gates of one direction of a layer, for all steps at once.
    template <int K, int Direction, class B, class Shape>
    void project(auto& pass, Var<B, Shape> x, Plan<B>& plan) const {
        constexpr bool reverse = Direction == 1;
        const Self& self = static_cast<const Self&>(*this);
        const auto draw = [&]<fixed_string Kind>(name<Kind>) {
            return pass.sample(self, name<recurrent_name<Kind, K, reverse>>{});
        };
        plan.gates[Direction] = linear(x, draw("weight_ih"_v), draw("bias_ih"_v)).node;
        plan.weights[Direction] = draw("weight_hh"_v).draw;
        plan.biases[Direction] = draw_or_null<B>(draw("bias_hh"_v));
    }

    /// Layer K with weights of its own in each step; its outputs, or nullptr.
    template <int K, class B, class Shape>
    Node<B>* walk_freshly(auto& pass, Var<B, Shape> x, const Plan<B>& plan) const {
        Tape<B>& tape = *x.tape;
        constexpr Index in = last_extent<Shape>;
        const Index steps = x.node->item / in;
        Node<B>* const output = plan.wants_output ? tape.node(plan.samples, x.batch(),
                                                              steps * Options::directions * H, true)
                                                  : nullptr;
        walk_freshly<K, 0>(pass, x.node, in, steps, plan, output);
        if constexpr (Options::directions == 2)
            walk_freshly<K, 1>(pass, x.node, in, steps, plan, output);
        return output;
    }
    template <int K, int Direction, class B>
    void walk_freshly(auto& pass, Node<B>* x, Index in, Index steps, const Plan<B>& plan,
                      Node<B>* output) const {
        Tape<B>& tape = pass.tape();
        std::array<bool, 4> is_new{};
        const auto draw = [&]<fixed_string Kind>(name<Kind>, std::size_t variable) -> Draw<B>* {
            constexpr fixed_string full = recurrent_name<Kind, K, Direction == 1>;
            constexpr int index = variable_index<typename Self::own_variables, full>;
            if constexpr (index < 0) {
                return nullptr;
            } else {
                const auto& state = static_cast<const Self&>(*this).template state_at<index>();
                Draw<B>& found = pass.draw_of(state);
                if constexpr (is_random<typename std::remove_cvref_t<decltype(state)>::Q>)
                    is_new[variable] = make_step_draws(tape, found, steps);
                return &found;
            }
        };
        const RecurrentDraws<B> draws{{draw("weight_ih"_v, 0), draw("bias_ih"_v, 1),
                                       draw("weight_hh"_v, 2), draw("bias_hh"_v, 3)}};
        fresh_recurrence<Cell>(tape, x, in, draws, Direction, plan, output);
        for (std::size_t k = 0; k < 4; ++k)
            if (is_new[k]) add_step_scores(*draws.all[k]);
    }
};

}  // namespace detail

}  // namespace blue
