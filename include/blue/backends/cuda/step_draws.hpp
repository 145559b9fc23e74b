// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sums over the draws of the steps of a sequence on the device.
#pragma once

#include <blue/backends/cuda/weight_moments.hpp>
#include <blue/ops/step_draws.hpp>

#include <algorithm>

namespace blue {

namespace cuda {

/// Adds the scores of a later step to those of a variable; nullptr for what is not wanted.
template <class T>
struct AddStepScores {
    const T* later_log_prob;
    const T* later_divergence;
    T* log_prob;
    T* divergence;
    Index count;  ///< of log probs
    BLUE_HOST_DEVICE void operator()(Index i) const {
        if (log_prob && i < count) log_prob[i] += later_log_prob[i];
        if (divergence && i == 0) *divergence += *later_divergence;
    }
};

}  // namespace cuda

/// Adds the log probs and divergences of later steps to those of a variable.
template <class T, class E>
void add_step_scores(Draw<Cuda<T, E>>& draw) {
    const Index count = draw.scores_log_prob ? 2 * draw.pass_samples : 0;
    for (Index k = 0; k < draw.later_step_count; ++k) {
        const Draw<Cuda<T, E>>& later = draw.later_steps[k];
        E::for_each(std::max<Index>(count, 1),
                    cuda::AddStepScores<T>{
                        later.log_prob, later.divergence, count > 0 ? draw.log_prob : nullptr,
                        draw.uses_divergence ? draw.divergence : nullptr, count});
    }
}

/// Adds the parameter gradients of later steps to those of a variable, when all are complete.
template <class T, class E>
void add_step_gradients(Tape<Cuda<T, E>>& tape, Draw<Cuda<T, E>>& draw) {
    const Index numbers = parameter_numbers(draw);
    if (!cuda::begin_gradient(tape, draw)) Cuda<T, E>::memory::fill_zero(draw.gradient, numbers);
    for (Index k = 0; k < draw.later_step_count; ++k) {
        const Draw<Cuda<T, E>>& later = draw.later_steps[k];
        if (later.gradient_live)
            E::for_each(numbers, cuda::AddGradient<T>{later.gradient, draw.gradient, true});
    }
}

}  // namespace blue
