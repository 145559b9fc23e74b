// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Applies an update rule to all variational parameters of a model.
#pragma once

#include <blue/models/variable_view.hpp>
#include <blue/optim/rules.hpp>
#include <blue/tensor/buffer.hpp>

#include <span>
#include <vector>

namespace blue {

/// Parameters of one random variable as an optimiser sees them: all arrays after each other.
template <class B>
struct ParameterBlock {
    typename B::scalar* values;
    const typename B::scalar* gradients;
    Index size;  ///< with padding, whose gradients are 0
};

/// The state of an update rule for the parameters of a model.
template <class Rule, class B>
class Optimizer {
public:
    explicit Optimizer(const Rule& rule) : rule_(rule) {}

    /// One step with the gradients that `backward` left on the tape. `factor` scales the learning
    /// rate. Parameters without gradient stay as they are. Throws Error when the tape belongs to
    /// another model.
    template <class M>
    void step(M& model, const Tape<B>& tape, double factor = 1) {
        if (tape.draws().size() != static_cast<std::size_t>(random_variable_count<M>))
            throw Error("Optimizer: the tape holds a pass of another model");
        const auto variables = variable_views<M, B>(model);
        step_all(variables, tape, factor);
    }

    Rule& rule() { return rule_; }
    /// Steps made so far.
    Index steps() const { return steps_; }

private:
    void step_all(std::span<const VariableView<B>> variables, const Tape<B>& tape, double factor) {
        const auto constants = rule_.constants(steps_ + 1, factor);
        ++steps_;
        state_.reserve(variables.size());
        for (std::size_t slot = 0; slot < variables.size(); ++slot) {
            const VariableView<B>& variable = variables[slot];
            const Draw<B>& draw = tape.draws()[slot];
            const Index size = variable.parameters * variable.stride;
            if (state_.size() <= slot) state_.emplace_back(Rule::state_arrays * size);
            // The view is of a model that `step` may change.
            if (draw.gradient_live)
                optimizer_step(rule_, constants,
                               ParameterBlock<B>{const_cast<typename B::scalar*>(variable.values),
                                                 draw.gradient, size},
                               state_[slot].data());
        }
    }

    Rule rule_;
    Index steps_ = 0;
    std::vector<Buffer<B>> state_;
};

/// An optimiser for a model: `auto optimizer = make_optimizer(net, Adam{.learning_rate = 1e-3});`.
template <class Rule, class M>
Optimizer<Rule, backend_of<M>> make_optimizer(const M&, const Rule& rule) {
    return Optimizer<Rule, backend_of<M>>(rule);
}

}  // namespace blue
