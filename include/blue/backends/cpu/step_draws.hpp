// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sums over the draws of the steps of a sequence on the CPU.
#pragma once

#include <blue/backends/cpu/materialise.hpp>
#include <blue/ops/step_draws.hpp>

namespace blue {

/// Adds the log probs and divergences of later steps to those of a variable.
template <class T, class Isa>
void add_step_scores(Draw<Cpu<T, Isa>>& draw) {
    for (Index k = 0; k < draw.later_step_count; ++k) {
        const Draw<Cpu<T, Isa>>& later = draw.later_steps[k];
        for (Index i = 0; draw.scores_log_prob && i < 2 * draw.pass_samples; ++i)
            draw.log_prob[i] += later.log_prob[i];
        if (draw.uses_divergence) *draw.divergence += *later.divergence;
    }
}

/// Adds the parameter gradients of later steps to those of a variable, when all are complete.
template <class T, class Isa>
void add_step_gradients(Tape<Cpu<T, Isa>>& tape, Draw<Cpu<T, Isa>>& draw) {
    const bool live = cpu::begin_gradient(tape, draw);
    const Index numbers = parameter_numbers(draw);
    cpu::parallel_blocks(numbers, 1, numbers * draw.later_step_count,
                         [&](Index, Index begin, Index end) {
                             if (!live) std::fill(draw.gradient + begin, draw.gradient + end, T(0));
                             for (Index k = 0; k < draw.later_step_count; ++k) {
                                 const Draw<Cpu<T, Isa>>& later = draw.later_steps[k];
                                 for (Index e = begin; later.gradient_live && e < end; ++e)
                                     draw.gradient[e] += later.gradient[e];
                             }
                         });
}

}  // namespace blue
