// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Training passes with some of the weight samples at a time.
#pragma once

#include <blue/objectives/loss.hpp>
#include <blue/train/sample_part.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace blue {

namespace requirement {
/// A model of which some samples at a time are trained.
template <bool Single, class Output>
struct single_output : check {
    static_assert(
        Single,
        "blue: chunks of samples need a model with one output, see output in single_output<...>: "
        "join the outputs along an axis, or call forward and backward for all samples at once");
};
}  // namespace requirement

namespace detail {

/// `forward` of a model whose input is made on the tape. (Not inlined: it has several callers.)
template <Scores Wanted, class M, class B, class Input>
[[gnu::noinline]] auto forward_input(const M& model, Tape<B>& tape, const Input& input,
                                     const ForwardOptions& options) {
    return forward<Wanted>(model, tape, input(tape), options);
}

}  // namespace detail

/// Losses and gradients of all weight samples of a step in the memory of a few: samples are
/// independent of each other but for the objective, so they can come in chunks (gradient
/// accumulation), each of which runs forward once more when its gradients are known (activation
/// checkpointing, Chen et al. 2016).
///
/// 1. Each chunk runs forward; what stays are its outputs and log probs.
/// 2. The objective gives the loss of all samples, and its derivatives with respect to these.
/// 3. Each chunk runs forward again, but for the first one, and backward. Gradients of parameters
///    are added up over the chunks, in the order of the samples.
///
/// The memory is that of one chunk, gradients of the parameters, and per sample the outputs and two
/// numbers for each random variable. The time is that of a step and of one more forward pass for
/// all chunks but the first.
///
/// What has a draw of its own for each sample gets the same gradients as in one chunk, to the last
/// bit: all weights of elementwise distributions that one operation of the model uses. Sums over
/// samples in other places are rounded after each chunk: gradients of deterministic parameters and
/// point estimates, of weights that are used several times or drawn as a whole (`LowRankNormal`),
/// of `LocalReparameterization` and `Flipout`, and running statistics of `BatchNorm`. The model
/// must treat samples alike: a mean over samples within it would be one of a chunk.
///
///     SampleChunks chunks(net, 4);
///     const auto input = [&](auto& tape) { return tape.template input<shape<2>>(x.data(), 64); };
///     const auto objective = [&](const auto& result) {
///         return elbo(result, make_labels(tape, labels.data(), 64, 3));
///     };
///     chunks.backward<Scores::divergence>(net, tape, {.samples = 100, .pass = step}, input,
///                                         objective);
///     optimizer.step(net, tape);
template <class B>
class SampleChunks {
public:
    /// \param samples_per_chunk for an `Ensemble` rounded up to a multiple of its members. Throws
    /// ValueError below 1.
    template <class M>
    SampleChunks(const M&, Index samples_per_chunk) : samples_per_chunk_(samples_per_chunk) {
        if (samples_per_chunk < 1)
            throw ValueError("SampleChunks: expected samples_per_chunk of at least 1, got ",
                             samples_per_chunk);
    }

    Index samples_per_chunk() const { return samples_per_chunk_; }

    /// One pass forward and backward. What was on `tape` is forgotten; the loss and the gradients
    /// are left there, for `Optimizer::step`.
    /// \tparam Wanted the `scores` of the objective.
    /// \param input of a tape: the input of the model, or `Inputs` of several.
    /// \param objective of what `forward` returns, with the outputs of all samples: a Loss.
    /// With at least as many samples per chunk as there are it is `forward`, the objective and
    /// `backward`. Throws as these do, and ValueError for an `Ensemble` whose samples are no
    /// multiple of its members, or which is only a part of the model.
    template <Scores Wanted = Scores::log_probs, class M, class Input, class Objective>
    Loss<B> backward(const M& model, Tape<B>& tape, const ForwardOptions& options,
                     const Input& input, Objective&& objective) {
        using Output = decltype(detail::forward_input<Wanted>(model, tape, input, options).samples);
        constexpr bool is_single = detail::is_value<Output>;
        static_assert(requirement::single_output<is_single, Output>{});
        if constexpr (is_single) {
            constexpr Index members = detail::sample_multiple_of<M>;
            const Index wanted = std::min(samples_per_chunk_, options.samples);
            const Index most = (wanted + members - 1) / members * members;
            tape.reset();
            std::optional<Outputs<M, Wanted, Input>> outputs;
            if (most < options.samples)
                outputs = forward_chunks<Wanted>(model, tape, options, input, most);
            const Loss<B> loss =
                objective(outputs ? outputs->all
                                  : detail::forward_input<Wanted>(model, tape, input, options));
            blue::backward(loss);
            if (outputs) backward_chunks<Wanted>(model, tape, options, input, most, *outputs);
            return loss;
        } else {  // after the error
            return Loss<B>{{&tape, nullptr}, nullptr, nullptr};
        }
    }

    /// Bytes that chunks hold, beside those of the tape of all samples.
    std::size_t capacity() const { return part_.capacity(); }

private:
    /// What `forward` gives for all samples, and for those of the first chunk.
    template <class M, Scores Wanted, class Input>
    struct Outputs {
        using Result = decltype(detail::forward_input<Wanted>(
            std::declval<const M&>(), std::declval<Tape<B>&>(), std::declval<const Input&>(), {}));
        Result all, first;
    };

    template <Scores Wanted, class M, class Input>
    auto forward_chunk(const detail::SamplePart& at, const M& model, ForwardOptions options,
                       const Input& input) {
        part_.reset();
        part_.chunk = {at.samples, at.all};
        options.samples = at.samples;
        options.first_sample += at.first;
        return detail::forward_input<Wanted>(model, part_, input, options);
    }

    /// Nothing for a model without anything random, of which one sample is all.
    template <Scores Wanted, class M, class Input>
    std::optional<Outputs<M, Wanted, Input>> forward_chunks(const M& model, Tape<B>& tape,
                                                            const ForwardOptions& options,
                                                            const Input& input, Index most) {
        constexpr Index members = detail::sample_multiple_of<M>;
        if (options.samples % members != 0)
            throw ValueError("SampleChunks: expected a multiple of ", members, " samples, got ",
                             options.samples);
        if (!detail::shares_samples_at_root<M>)
            throw ValueError(
                "SampleChunks: expected all samples in one chunk for a model of which an Ensemble "
                "is a part, got ",
                most, " of ", options.samples);
        const auto variables = variable_views<M, B>(model);
        const auto whole = detail::begin_pass<B>(variables, Wanted, tape, options, {});
        Node<B>* all = nullptr;
        // The first chunk comes last, and stays for its backward pass.
        for (Index first = (options.samples - 1) / most * most;; first -= most) {
            const detail::SamplePart at{first, std::min(most, options.samples - first),
                                        options.samples, members};
            auto result = forward_chunk<Wanted>(at, model, options, input);
            const Node<B>& y = *result.samples.node;
            if (y.samples < at.samples) {
                tape.reset();
                return {};
            }
            if (!all) all = tape.node(options.samples, y.batch, y.item, true);
            at.put<B>(y.value, all->value, y.per_sample());
            if constexpr (Wanted != Scores::none)
                sums_.put_scores(at, whole, *result.log_probs.table(),
                                 *result.log_probs.divergences());
            if (first > 0) continue;
            all->keeps_grad = true;
            auto output = result.samples;
            output.tape = &tape;
            output.node = all;
            return Outputs<M, Wanted, Input>{detail::with_log_probs<Wanted, M>(output, tape, whole),
                                             result};
        }
    }

    template <Scores Wanted, class M, class Input>
    void backward_chunks(const M& model, Tape<B>& tape, const ForwardOptions& options,
                         const Input& input, Index most, const Outputs<M, Wanted, Input>& outputs) {
        for (Index first = 0; first < options.samples; first += most) {
            const detail::SamplePart at{first, std::min(most, options.samples - first),
                                        options.samples, detail::sample_multiple_of<M>};
            const auto result =
                first == 0 ? outputs.first : forward_chunk<Wanted>(at, model, options, input);
            backward_part(at, tape, *outputs.all.samples.node, result.samples.node);
        }
    }

    void backward_part(const detail::SamplePart& at, Tape<B>& tape, const Node<B>& outputs,
                       Node<B>* y) {
        auto* const slopes = part_.template device_memory<typename B::scalar>(y->size());
        if (outputs.grad_live)
            at.take<B>(outputs.grad, slopes, outputs.per_sample());
        else
            B::memory::fill_zero(slopes, y->size());
        sums_.attach(at, tape, part_);
        part_.backward(y, slopes);
        sums_.collect(at, tape, part_);
    }

    Index samples_per_chunk_;
    Tape<B> part_;
    detail::ChunkSums<B> sums_;
};

namespace detail {

/// Bytes of the tape of a pass with n samples, forward and backward.
template <Scores Wanted, class M, class Input>
std::size_t bytes_of_pass(const M& model, ForwardOptions options, const Input& input, Index n) {
    using B = backend_of<M>;
    Tape<B> tape;
    tape.chunk = {n, std::max(n, options.samples)};
    options.samples = n;
    Node<B>* const y = forward_input<Wanted>(model, tape, input, options).samples.node;
    auto* const slopes = tape.template device_memory<typename B::scalar>(y->size());
    B::memory::fill_zero(slopes, y->size());
    tape.backward(y, slopes);
    return tape.capacity();
}

}  // namespace detail

/// The number of samples per chunk, at most those of the options, with which the tape of a chunk
/// stays within a budget of bytes, up to a few: found by passes of the model with one sample, two,
/// and as many as these let expect. Throws ValueError when one sample takes more.
template <Scores Wanted = Scores::log_probs, class M, class Input>
Index samples_within(std::size_t budget, const M& model, const ForwardOptions& options,
                     const Input& input) {
    constexpr Index members = detail::sample_multiple_of<M>;
    const auto bytes = [&](Index n) {
        return detail::bytes_of_pass<Wanted>(model, options, input, n * members);
    };
    const std::size_t one = bytes(1);
    if (one > budget)
        throw ValueError("samples_within: expected a budget of at least ", one,
                         " bytes, which a pass of ", members, " samples takes, got ", budget);
    // More samples take as much more as some took, up to the size of the blocks of a tape.
    Index fits = 1, fails = std::max<Index>(options.samples / members, 1) + 1;
    for (Index n = 2; fails - fits > 1;) {
        const std::size_t taken = bytes(n);
        (taken > budget ? fails : fits) = n;
        const double growth = std::max(static_cast<double>(taken) - static_cast<double>(one), 1.0);
        const double room =
            std::min(static_cast<double>(budget - one) / growth, static_cast<double>(fails));
        const Index expected = 1 + static_cast<Index>(room * static_cast<double>(n - 1));
        if (expected <= fits) break;
        n = std::min(expected, fails - 1);
    }
    return fits * members;
}

template <class M>
SampleChunks(const M&, Index) -> SampleChunks<backend_of<M>>;

}  // namespace blue
