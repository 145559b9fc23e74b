// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What all objectives share: sizes, the parts of a loss, the divergence of a pass.
#pragma once

#include <blue/models/forward.hpp>
#include <blue/ops/arithmetic.hpp>
#include <blue/ops/kl_sum.hpp>
#include <blue/ops/reduce.hpp>

#include <optional>
#include <vector>

namespace blue {

/// Number of examples in the training set. A type of its own, because mixing it up with the batch size
/// changes the weight of the data against the prior without any error.
struct DatasetSize {
    Index value;
    /// Throws ValueError unless positive.
    explicit DatasetSize(Index size) : value(size) {
        if (size < 1)
            throw ValueError("DatasetSize: expected a positive number, got " + std::to_string(size));
    }
};

/// A loss in nats for the whole data set, and its parts: total = data_fitting + prior_matching.
template <class B>
struct Loss {
    Var<B, scalar_shape> total;           ///< what to call `backward` on
    Var<B, scalar_shape> data_fitting;    ///< negative log-likelihood, estimated from the batch
    Var<B, scalar_shape> prior_matching;  ///< heat times divergence
    Var<B, scalar_shape> divergence;      ///< KL(q || p) of all weights
    Node<B>* divergence_per_variable;     ///< its parts, one number per random variable

    /// The divergence of each random variable in the order of the slots, in nats.
    std::vector<double> divergences() const {
        std::vector<typename B::scalar> host(
            static_cast<std::size_t>(divergence_per_variable->size()));
        B::memory::copy_to_host(host.data(), divergence_per_variable->value,
                                divergence_per_variable->size());
        return {host.begin(), host.end()};
    }
};

namespace detail {

template <class M, class B>
Loss<B> make_loss(Var<B, scalar_shape> data_fitting, const LogProbs<M, B>& log_probs, double heat) {
    Tape<B>& tape = *log_probs.tape();
    constexpr Index slots = random_variable_count<M>;
    KlSumArgs<B> args{log_probs.table(),
                      log_probs.divergences(),
                      tape.node(slots, 1, 1, false),
                      tape.node(1, 1, 1, true),
                      slots,
                      log_probs.table()->batch};
    kl_sum_forward(tape, args);
    tape.record(KlSumRecord<B>{{}, args});
    const Var<B, scalar_shape> divergence{&tape, args.y};
    const auto prior_matching = divergence * heat;
    return {data_fitting + prior_matching, data_fitting, prior_matching, divergence, args.per_slot};
}

}  // namespace detail

/// Runs backward from a loss.
template <class B>
void backward(const Loss<B>& loss) {
    loss.total.tape->backward(loss.total);
}

}  // namespace blue
