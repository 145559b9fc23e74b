// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The divergence of a pass from its table of log probs and closed forms.
#pragma once

#include <blue/tensor/tape.hpp>

namespace blue::detail {

/// per_slot = divergence + mean over samples of (variational - prior log prob); y = their sum. Entries that
/// a variable does not use are 0.
template <class B>
struct KlSumArgs {
    Node<B>* log_probs;    ///< slots x samples x 2
    Node<B>* divergences;  ///< slots
    Node<B>* per_slot;
    Node<B>* y;
    Index slots, samples;
};

template <class B>
struct KlSumRecord : Record<B> {
    KlSumArgs<B> args;
    void run(Tape<B>& tape) {
        if (!args.y->grad_live) return;
        kl_sum_backward(tape, args, tape.gradient(args.log_probs), tape.gradient(args.divergences));
        for (Draw<B>& draw : tape.draws()) {
            if (draw.scores_log_prob)
                draw.log_prob_gradient = args.log_probs->grad + draw.slot * args.samples * 2;
            if (draw.uses_divergence) draw.divergence_gradient = args.divergences->grad + draw.slot;
        }
    }
};

}  // namespace blue::detail
