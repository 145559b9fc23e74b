// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One draw of a random variable for each step of a sequence.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/tensor/tape.hpp>

#include <algorithm>

namespace blue {

namespace operation {
struct step_draws;
}

namespace detail {

template <class B>
struct StepDrawsRecord : Record<B> {
    Draw<B>* draw;
    void run(Tape<B>& tape) { add_step_gradients(tape, *draw); }
};

/// The purpose of the draws of a step: that of weights for the first, so that a sequence of one
/// step has the numbers of an ordinary pass.
constexpr std::uint32_t step_purpose(Index step) {
    return static_cast<std::uint32_t>(random::purpose::weights) | static_cast<std::uint32_t>(step)
                                                                      << 8;
}

/// Makes one draw of a variable for each of `steps` steps; `step_draw` gives them. False when there
/// are as many already: uses in a pass share them. The first is the draw itself, later ones are
/// independent of it. Supplied noise is (steps, samples, size). All are scored: what is drawn anew
/// is another weight with the same distributions, and the bound has the sum of all divergences.
/// Throws Error when a use before had fewer steps.
template <class B>
bool make_step_draws(Tape<B>& tape, Draw<B>& draw, Index steps) {
    if (steps <= draw.later_step_count + 1) return false;
    if (draw.drawn)
        throw Error(
            "fresh_draws: a layer that is used several times in a pass must have the most "
            "steps in its first use, expected at most ",
            draw.later_step_count + 1, " steps, got ", steps);
    if (steps > (Index{1} << 23))
        throw Error("fresh_draws: expected at most 2^23 steps, got ", steps);
    using T = typename B::scalar;
    draw.later_step_count = steps - 1;
    draw.later_steps = tape.template host_memory<Draw<B>>(steps - 1);
    for (Index step = 1; step < steps; ++step) {
        Draw<B>& later = *new (draw.later_steps + (step - 1)) Draw<B>(draw);
        later.later_steps = nullptr;
        later.later_step_count = 0;
        later.key.purpose = step_purpose(step);
        if (draw.supplied_noise) later.supplied_noise += step * draw.samples * draw.size;
        later.log_prob = tape.template device_memory<T>(2 * draw.pass_samples);
        later.divergence = tape.template device_memory<T>(1);
    }
    tape.record(StepDrawsRecord<B>{{}, &draw});
    return true;
}

/// The draw of a variable for a step; the draw itself when there are no others.
template <class B>
Draw<B>* step_draw(Draw<B>* draw, Index step) {
    return draw && step > 0 && draw->later_step_count > 0 ? draw->later_steps + (step - 1) : draw;
}

}  // namespace detail

}  // namespace blue
