// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Norms and clipping of the gradients on a tape.
#pragma once

#include <blue/error.hpp>
#include <blue/tensor/tape.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace blue {

/// The Euclidean norm of the gradient of each random variable's parameters, in the order of the
/// slots, after `backward`; 0 for a variable that nothing used. Not finite where an element is not
/// finite, or so large that its square is not.
template <class B>
std::vector<double> gradient_norms(Tape<B>& tape) {
    std::vector<double> norms(tape.draws().size());
    squared_gradient_norms(tape, norms.data());  // of the backend: a device is waited for once
    for (double& norm : norms) norm = std::sqrt(norm);
    return norms;
}

/// The Euclidean norm of all gradients together.
inline double total_norm(const std::vector<double>& norms) {
    double squares = 0;
    for (double norm : norms) squares += norm * norm;
    return std::sqrt(squares);
}

/// Multiplies all gradients by a factor.
template <class B>
void scale_gradients(Tape<B>& tape, double factor) {
    for (Draw<B>& draw : tape.draws())
        if (draw.gradient_live) scale(tape, draw.gradient, parameter_numbers(draw), factor);
}

/// Scales all gradients so that their norm together is at most `limit` (Pascanu et al. 2013).
/// Returns the norm before; when that is not finite, the gradients stay as they are. Throws
/// ValueError unless the limit is positive.
template <class B>
double clip_gradients(Tape<B>& tape, double limit) {
    if (!(limit > 0)) throw ValueError("clip_gradients: expected a positive limit, got ", limit);
    const double norm = total_norm(gradient_norms(tape));
    if (norm > limit && std::isfinite(norm)) scale_gradients(tape, limit / norm);
    return norm;
}

}  // namespace blue
