// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Puts a loss together: the data term, and the divergence from a pass's table of log probs.
#pragma once

#include <blue/tensor/tape.hpp>

#include <cmath>

namespace blue::detail {

/// The loss of sample s is
///
///     l[s] = data_scale * log_likelihood[s]
///            + heat * sum over v of (divergence[v] + variational - prior log prob [v, s]).
///
/// total is its mean over the samples or, for another order than 1, the generalised mean
/// log(mean exp((order - 1) l)) / (order - 1). With kl[v] = divergence[v] + mean over samples of
/// (variational - prior log prob) always: data_fitting = data_scale * mean log_likelihood,
/// prior_matching = heat * sum kl. Entries of the table that a variable does not use are 0.
template <class B>
struct LossTerms {
    Node<B>* log_likelihood;  ///< one number for each sample, or a single one for all
    Node<B>* log_probs;       ///< variables x samples x 2
    Node<B>* divergences;     ///< one per variable
    Node<B>* per_variable;    ///< kl
    Node<B>* parts;           ///< data_fitting, prior_matching, divergence
    Node<B>* total;
    Index variables, samples;
    double data_scale, heat;
    double order = 1;
    /// The derivatives of total with respect to l, in the backend's memory; nullptr for the mean.
    double* sample_weights = nullptr;
};

/// l[s].
template <class T>
struct SampleLoss {
    const T* log_likelihood;
    const T* log_probs;
    const T* divergences;
    double* losses;
    Index likelihoods, variables, samples;
    double data_scale, heat;

    BLUE_HOST_DEVICE void operator()(Index s) const {
        double divergence = 0;
        for (Index v = 0; v < variables; ++v) {
            const T* const log_prob = log_probs + (v * samples + s) * 2;
            divergence += static_cast<double>(divergences[v]) +
                          (static_cast<double>(log_prob[1]) - static_cast<double>(log_prob[0]));
        }
        losses[s] = data_scale * static_cast<double>(log_likelihood[likelihoods == 1 ? 0 : s]) +
                    heat * divergence;
    }
};
template <class B>
SampleLoss<typename B::scalar> sample_loss(const LossTerms<B>& args) {
    return {args.log_likelihood->value,
            args.log_probs->value,
            args.divergences->value,
            args.sample_weights,
            args.log_likelihood->samples,
            args.variables,
            args.samples,
            args.data_scale,
            args.heat};
}

/// total from l, in whose place come the derivatives. Exponents are differences to the largest one,
/// and what is near 0 stays near 0, so losses may be of any size and the order near 1.
template <class T>
struct GeneralisedMean {
    double* losses;
    T* total;
    Index samples;
    double order;

    BLUE_HOST_DEVICE void operator()(Index) const {
        const double factor = order - 1, n = static_cast<double>(samples);
        double top = losses[0];
        for (Index s = 1; s < samples; ++s)
            if (factor * losses[s] > factor * top) top = losses[s];
        double excess = 0;
        for (Index s = 0; s < samples; ++s) excess += std::expm1(factor * (losses[s] - top));
        *total = static_cast<T>(top + std::log1p(excess / n) / factor);
        for (Index s = 0; s < samples; ++s)
            losses[s] = std::exp(factor * (losses[s] - top)) / (n + excess);
    }
};
template <class B>
GeneralisedMean<typename B::scalar> generalised_mean(const LossTerms<B>& args) {
    return {args.sample_weights, args.total->value, args.samples, args.order};
}

/// What sample s gets of a derivative.
struct SampleShare {
    const double* weights;
    Index samples;
    BLUE_HOST_DEVICE double operator()(double slope, Index s) const {
        return weights ? slope * weights[s] : slope / static_cast<double>(samples);
    }
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
                draw.log_prob_gradient =
                    args.log_probs->grad + (draw.slot * args.samples + draw.first_row) * 2;
            if (draw.uses_divergence) draw.divergence_gradient = args.divergences->grad + draw.slot;
            for (Index k = 0; k < draw.later_step_count; ++k) {
                draw.later_steps[k].log_prob_gradient = draw.log_prob_gradient;
                draw.later_steps[k].divergence_gradient = draw.divergence_gradient;
            }
        }
    }
};

}  // namespace blue::detail
