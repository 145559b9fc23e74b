// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The weight of the divergence in a loss, step by step.
#pragma once

#include <blue/optim/schedule.hpp>

#include <optional>

namespace blue {

/// Where a step is in a training run: `fit` hands it to the objective.
struct TrainingStep {
    Index step;  ///< 0, 1, ..., counted over all epochs
    Index steps_per_epoch;
    Index epochs = 1;
};

/// How the M minibatches of an epoch share the divergence. The mean over an epoch is the same.
enum class MinibatchWeights {
    uniform,   ///< 1 / M for each
    geometric  ///< 2^(M - i) / (2^M - 1) for i = 1, ..., M: the first ones follow the prior, the
               ///< last ones the data (Blundell et al. 2015, section 3.4)
};

/// The weight of the divergence in a loss for the whole data set: 1 for the evidence lower bound,
/// less for a tempered ("cold") posterior. A number, and what it is multiplied with from step to
/// step:
///
///     {.heat = 0.1}
///     {.heat = {1, Schedule::constant().with_warm_up(500)}}  // KL annealing (Bowman et al. 2016)
///     {.heat = {1, Schedule::constant(), MinibatchWeights::geometric}}
class Heat {
public:
    /// Throws ValueError unless the value is finite and not negative.
    Heat(double value = 1, Schedule schedule = Schedule::constant(),
         MinibatchWeights minibatch_weights = MinibatchWeights::uniform)
        : value_(value), schedule_(schedule), minibatch_weights_(minibatch_weights) {
        require_not_negative("heat", "number", value);
    }

    /// The weight at a step. Throws ValueError without one when the heat changes from step to step,
    /// and for one that is not in a training run.
    double operator()(const std::optional<TrainingStep>& at) const {
        if (schedule_.is_constant() && minibatch_weights_ == MinibatchWeights::uniform)
            return value_;
        if (!at)
            throw ValueError(
                "heat: expected a TrainingStep in the call of the objective, because the heat "
                "changes from step to step, got none");
        if (at->step < 0 || at->steps_per_epoch < 1 || at->epochs < 1)
            throw ValueError(
                "heat: expected a step of at least 0 and at least 1 step per epoch and 1 epoch, "
                "got ",
                at->step, ", ", at->steps_per_epoch, " and ", at->epochs);
        return value_ * schedule_(at->step, at->steps_per_epoch * at->epochs) *
               minibatch_factor(*at);
    }

private:
    /// M times the weight of the minibatch. In powers of 1/2, which cannot overflow.
    double minibatch_factor(const TrainingStep& at) const {
        if (minibatch_weights_ == MinibatchWeights::uniform) return 1;
        const double minibatches = static_cast<double>(at.steps_per_epoch);
        const double i = static_cast<double>(at.step % at.steps_per_epoch + 1);
        return minibatches * std::exp2(-i) / (1 - std::exp2(-minibatches));
    }

    double value_;
    Schedule schedule_;
    MinibatchWeights minibatch_weights_;
};

}  // namespace blue
