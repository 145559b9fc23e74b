// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Norms and clipping of the gradients on a tape.
#pragma once

#include <blue/tensor/tape.hpp>

#include <cmath>
#include <vector>

namespace blue {

/// The Euclidean norm of the gradient of each random variable's parameters, in the order of the slots,
/// after `backward`. Not finite where an element is not finite.
template <class B>
std::vector<double> gradient_norms(Tape<B>& tape) {
    std::vector<double> norms;
    norms.reserve(tape.draws().size());
    for (const Draw<B>& draw : tape.draws())
        norms.push_back(draw.gradient_live
                            ? std::sqrt(sum_of_squares(tape, draw.gradient,
                                                       draw.kernels->parameters * draw.stride))
                            : 0);
    return norms;
}

/// The Euclidean norm of all gradients together.
inline double total_norm(const std::vector<double>& norms) {
    double squares = 0;
    for (double norm : norms) squares += norm * norm;
    return std::sqrt(squares);
}

/// Scales all gradients so that their norm is at most `limit`. Returns the norm before.
template <class B>
double clip_gradients(Tape<B>& tape, double limit) {
    const double norm = total_norm(gradient_norms(tape));
    if (norm > limit)
        for (Draw<B>& draw : tape.draws())
            if (draw.gradient_live)
                scale(tape, draw.gradient, draw.kernels->parameters * draw.stride, limit / norm);
    return norm;
}

}  // namespace blue
