// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What all objectives share: sizes, the parts of a loss, the divergence of a pass.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/models/forward.hpp>
#include <blue/objectives/dataset_size.hpp>
#include <blue/objectives/heat.hpp>
#include <blue/ops/loss_terms.hpp>
#include <blue/ops/reduce.hpp>

#include <optional>
#include <vector>

namespace blue {

namespace requirement {
/// The likelihood of an objective.
template <bool Scores, class Likelihood>
struct objective_likelihood : check {
    static_assert(
        Scores,
        "blue: this likelihood lacks what the objective asks for, log_prob for bounds as Elbo and "
        "mixture_log_prob for KullbackLeiblerLoss, see the likelihood in "
        "objective_likelihood<...>: take another likelihood, or the other objective");
};
}  // namespace requirement

/// A loss in nats for the whole data set, and its parts. Valid until the tape is reset.
template <class B>
struct Loss {
    /// What to call `backward` on: data_fitting + prior_matching, except for bounds that are
    /// tighter than their sum (see `RenyiBound`).
    Var<B, scalar_shape> total;
    Node<B>* parts;
    Node<B>* per_variable;

    /// The parts on the host, as `values` copies them.
    struct Values {
        double data_fitting;    ///< negative log-likelihood, estimated from the batch
        double prior_matching;  ///< heat times divergence, the heat being that of the step
        double divergence;      ///< KL(q || p) of all weights
    };
    /// The parts of the loss in nats. Waits for the device.
    Values values() const {
        const std::vector<double> host = copy(parts);
        return {host[0], host[1], host[2]};
    }
    /// The divergence of each random variable in the order of the slots, in nats.
    std::vector<double> divergences() const { return copy(per_variable); }

private:
    static std::vector<double> copy(const Node<B>* node) {
        std::vector<typename B::scalar> host(static_cast<std::size_t>(node->size()));
        B::memory::copy_to_host(host.data(), node->value, node->size());
        return {host.begin(), host.end()};
    }
};

namespace detail {

template <class Likelihood, class Output, class Target>
concept ScoresSamples = requires(const Likelihood& likelihood, Output output, Target target) {
    likelihood.log_prob(output, target);
};
template <class Likelihood, class Output, class Target>
concept ScoresMixture = requires(const Likelihood& likelihood, Output output, Target target) {
    likelihood.mixture_log_prob(output, target);
};

/// The likelihood's `log_prob`, for objectives that average logarithms.
template <class Likelihood, class Output, class Target>
auto sample_log_prob(const Likelihood& likelihood, Output output, Target target) {
    // Asked only of likelihoods that have the other: errors of their own come first.
    constexpr bool scores =
        ScoresSamples<Likelihood, Output, Target> || !ScoresMixture<Likelihood, Output, Target>;
    static_assert(requirement::objective_likelihood<scores, Likelihood>{});
    if constexpr (scores) {
        return likelihood.log_prob(output, target);
    } else {  // after an error
        return output;
    }
}

/// The likelihood's `mixture_log_prob`, for objectives that take the logarithm of the average.
template <class Likelihood, class Output, class Target>
auto mixture_log_prob(const Likelihood& likelihood, Output output, Target target) {
    constexpr bool scores = ScoresMixture<Likelihood, Output, Target>;
    static_assert(requirement::objective_likelihood<scores, Likelihood>{});
    if constexpr (scores) {
        return likelihood.mixture_log_prob(output, target);
    } else {  // after an error
        return output;
    }
}

/// The size that the options name, or else that of the call. Throws ValueError when neither does.
inline double required_size(const std::optional<DatasetSize>& option,
                            const std::optional<DatasetSize>& call) {
    if (!option && !call)
        throw ValueError(
            "expected a dataset size, in the objective's options or in the call, got none");
    return static_cast<double>((option ? option : call)->value);
}

/// The loss of a pass: `data_scale` times the summed log-likelihood, plus `heat` times the
/// divergence; see LossTerms for other orders than 1.
template <class B>
Loss<B> make_loss(Tape<B>& tape, Node<B>* log_likelihood, double data_scale, Node<B>* log_probs,
                  Node<B>* divergences, double heat, double order) {
    const Index variables = divergences->samples, samples = log_probs->batch;
    if (log_likelihood->samples != 1 && log_likelihood->samples != samples)
        throw ShapeError("loss: expected the log-likelihoods of ", samples, " samples, got ",
                         log_likelihood->samples);
    const LossTerms<B> args{log_likelihood,
                            log_probs,
                            divergences,
                            tape.node(variables, 1, 1, false),
                            tape.node(3, 1, 1, false),
                            tape.node(1, 1, 1, true),
                            variables,
                            samples,
                            data_scale,
                            heat,
                            order,
                            order == 1 ? nullptr : tape.template device_memory<double>(samples)};
    loss_terms_forward(tape, args);
    tape.record(LossTermsRecord<B>{{}, args});
    return {{&tape, args.total}, args.parts, args.per_variable};
}
template <class M, class B>
Loss<B> make_loss(Var<B, scalar_shape> log_likelihood, double data_scale,
                  const LogProbs<M, B>& log_probs, double heat, double order = 1) {
    if (log_likelihood.tape != log_probs.tape()) refuse_values_of_two_tapes();
    return make_loss(*log_likelihood.tape, log_likelihood.node, data_scale, log_probs.table(),
                     log_probs.divergences(), heat, order);
}

}  // namespace detail

/// Runs backward from a loss.
template <class B>
void backward(const Loss<B>& loss) {
    loss.total.tape->backward(loss.total);
}

}  // namespace blue
