// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Puts a loss together: the data term, and the divergence from a pass's table of log probs.
#pragma once

#include <blue/tensor/tape.hpp>

namespace blue::detail {

/// With kl[v] = divergence[v] + mean over samples of (variational - prior log prob):
/// data_fitting = data_scale * log_likelihood, prior_matching = heat * sum kl, total = their sum.
/// Entries of the table that a variable does not use are 0.
template <class B>
struct LossTerms {
    Node<B>* log_likelihood;  ///< a single number
    Node<B>* log_probs;       ///< variables x samples x 2
    Node<B>* divergences;     ///< one per variable
    Node<B>* per_variable;    ///< kl
    Node<B>* parts;           ///< data_fitting, prior_matching, divergence
    Node<B>* total;
    Index variables, samples;
    double data_scale, heat;
};

template <class B>
struct LossTermsRecord : Record<B> {
    LossTerms<B> args;
    void run(Tape<B>& tape) {
        if (!args.total->grad_live) return;
        loss_terms_backward(tape, args, tape.gradient(args.log_likelihood),
                            tape.gradient(args.log_probs), tape.gradient(args.divergences));
        for (Draw<B>& draw : tape.draws()) {
            if (draw.scores_log_prob)
                draw.log_prob_gradient = args.log_probs->grad + draw.slot * args.samples * 2;
            if (draw.uses_divergence) draw.divergence_gradient = args.divergences->grad + draw.slot;
        }
    }
};

}  // namespace blue::detail
