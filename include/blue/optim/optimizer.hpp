// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Applies an update rule to all variational parameters of a model.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/models/variable_view.hpp>
#include <blue/optim/rules.hpp>
#include <blue/tensor/buffer.hpp>

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

namespace blue {

namespace detail {
/// Whether R steps parameters: see docs/concepts/optimiser.md.
template <class R>
inline constexpr bool is_rule = requires {
    R::state_arrays;
};
}  // namespace detail

namespace requirement {
/// What an optimiser does to parameters.
template <bool Ok, class Given>
struct update_rule : check {
    static_assert(Ok,
                  "blue: not an update rule, see given in update_rule<...>: use one such as "
                  "Adam{.learning_rate = 1e-3}, behind the model in make_optimizer(net, rule)");
};
}  // namespace requirement

/// What a backend collects of a step, to start it together: nothing, here.
template <class B>
struct StepBatch {
    void start() {}
};

/// Parameters of one random variable as kernels see them: all arrays after each other, or, for
/// rules that step mean and scale together, these two.
template <class B>
struct ParameterBlock {
    typename B::scalar* values;
    const typename B::scalar* gradients;
    Index size;                     ///< of what steps alike, with padding, whose gradients are 0
    StepBatch<B>* batch = nullptr;  ///< with what it may be started; nullptr for at once
    Index arrays = 1;               ///< of equal size that `values` are, one after another
};

/// The part of a step that one random variable has.
template <class B>
struct VariableStep {
    Index number;   ///< of the step: 1, 2, ...
    double factor;  ///< of the learning rate
    const VariableView<B>& variable;
    Index first_parameter;  ///< position of its first parameter in the model
    typename B::scalar* values;
    const typename B::scalar* gradients;
    typename B::scalar* state;  ///< `state_size` numbers, 0 before the first step
    StepBatch<B>* batch;
};

// What an optimiser asks of a rule. These are for rules that treat all parameters alike; other
// kinds of rules overload them.

/// Throws ValueError for options without a meaning for the model M, before anything is changed.
template <class Rule, class M>
void prepare_rule(Rule& rule, std::type_identity<M>) {
    rule.constants(1, 1);
}
/// How many numbers a rule keeps for a variable.
template <class Rule, class B>
Index state_size(const Rule&, const VariableView<B>& variable) {
    return Rule::state_arrays * variable.numbers();
}
template <class Rule, class B>
void step_variable(const Rule& rule, const VariableStep<B>& at) {
    const Index arrays = at.variable.layout ? 1 : at.variable.parameters;
    optimizer_step(
        rule, rule.constants(at.number, at.factor),
        ParameterBlock<B>{at.values, at.gradients, at.variable.numbers(), at.batch, arrays},
        at.state);
}

namespace detail {
/// Whether a rule can train a model: a check.
template <class Rule, class M>
struct rule_check {
    using type = requirement::check;
};
}  // namespace detail

/// The state of an update rule for the parameters of a model.
template <class Rule, class B>
class Optimizer {
public:
    explicit Optimizer(const Rule& rule) : rule_(rule) {}

    /// One step with the gradients that `backward` left on the tape. `factor` scales the learning
    /// rate. Parameters without gradient stay as they are, buffers move as `Pass::update` said.
    /// Throws Error when the tape belongs to another model, and ValueError for options of the rule
    /// and factors without a meaning; then nothing has changed.
    template <class M>
    void step(M& model, const Tape<B>& tape, double factor = 1) {
        static_assert(typename detail::rule_check<Rule, M>::type{});
        const auto variables = variable_views<M, B>(model);
        check_same_model(variables, tape);
        require_not_negative("Optimizer", "factor", factor);
        prepare_rule(rule_, std::type_identity<M>{});
        step_all(variables, tape, factor);
    }

    Rule& rule() { return rule_; }
    /// Steps made so far.
    Index steps() const { return steps_; }

private:
    static void check_same_model(std::span<const VariableView<B>> variables, const Tape<B>& tape) {
        const auto draws = tape.draws();
        const auto same = [](const VariableView<B>& variable, const Draw<B>& draw) {
            return variable.storage == draw.storage;
        };
        if (!std::equal(variables.begin(), variables.end(), draws.begin(), draws.end(), same))
            throw Error("Optimizer: the tape holds a pass of another model");
    }

    void step_all(std::span<const VariableView<B>> variables, const Tape<B>& tape, double factor) {
        ++steps_;
        state_.reserve(variables.size());
        Index first_parameter = 0;
        StepBatch<B> batch;
        for (std::size_t slot = 0; slot < variables.size(); ++slot) {
            const VariableView<B>& variable = variables[slot];
            const Draw<B>& draw = tape.draws()[slot];
            // A variable that has been frozen or unfrozen in between begins anew.
            const Index size = state_size(rule_, variable);
            if (state_.size() <= slot)
                state_.emplace_back(size);
            else if (state_[slot].size() != size)
                state_[slot] = Buffer<B>(size);
            // The view is of a model that `step` may change.
            if (draw.gradient_live)
                step_variable(rule_,
                              VariableStep<B>{steps_, factor, variable, first_parameter,
                                              const_cast<typename B::scalar*>(variable.values),
                                              draw.gradient, state_[slot].data(), &batch});
            else if (draw.target)
                move_towards(B{}, const_cast<typename B::scalar*>(draw.stored), draw.target,
                             draw.size, draw.target_rate);
            first_parameter += variable.parameters;
        }
        batch.start();
    }

    Rule rule_;
    Index steps_ = 0;
    std::vector<Buffer<B>> state_;
};

/// An optimiser for a model: `auto optimizer = make_optimizer(net, Adam{.learning_rate = 1e-3});`.
template <class Rule, class M>
auto make_optimizer([[maybe_unused]] const M& model, [[maybe_unused]] const Rule& rule) {
    static_assert(requirement::update_rule<detail::is_rule<Rule>, requirement::given<Rule>>{});
    if constexpr (detail::is_rule<Rule>)
        return Optimizer<Rule, backend_of<M>>(rule);
    else if constexpr (detail::is_rule<M>)  // after an error
        return Optimizer<M, backend_of<Rule>>(model);
    else
        return Optimizer<Adam, backend_of<M>>(Adam{});
}

}  // namespace blue
