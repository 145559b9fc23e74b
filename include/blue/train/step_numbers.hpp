// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is read of a training step.
#pragma once

#include <blue/objectives/loss.hpp>
#include <blue/optim/gradients.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

namespace blue::detail {

/// A step's loss and its parts in nats, and its gradients.
struct StepNumbers {
    double total, data_fitting, prior_matching, divergence;
    /// Of each random variable, in the order of the slots.
    std::vector<double> divergences, gradient_norms;
};

/// Copies the numbers of nodes to the host, one after the other, and behind them the sums of
/// squares of the gradients. A backend whose memory the host must wait for has a function of its
/// own, which waits once.
template <class B>
void read_step(Tape<B>& tape, std::initializer_list<const Node<B>*> nodes, double* to) {
    for (const Node<B>* node : nodes) to = std::copy_n(node->value, node->size(), to);
    squared_gradient_norms(tape, to);
}

/// After `backward`.
template <class B>
StepNumbers step_numbers(Tape<B>& tape, const Loss<B>& loss) {
    const auto variables = static_cast<std::size_t>(loss.per_variable->size());
    std::vector<double> host(4 + variables + tape.draws().size());
    read_step(tape, {loss.total.node, loss.parts, loss.per_variable}, host.data());
    const auto norms = host.begin() + 4 + static_cast<Index>(variables);
    StepNumbers numbers{host[0], host[1], host[2], host[3], {host.begin() + 4, norms}, {}};
    for (auto square = norms; square != host.end(); ++square)
        numbers.gradient_norms.push_back(std::sqrt(*square));
    return numbers;
}

}  // namespace blue::detail
