// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Some samples of a pass: where they are among all, and what they leave for the whole pass.
#pragma once

#include <blue/models/forward.hpp>
#include <blue/train/predict.hpp>

#include <algorithm>

namespace blue {

namespace detail {

/// Some samples of a pass. Each member of an ensemble has samples of its own, which follow each
/// other, in the part as among all.
struct SamplePart {
    Index first, samples, all;  ///< of all members together
    Index members;

    /// Of one member.
    Index rows() const { return samples / members; }
    Index earlier() const { return first / members; }
    bool is_last() const { return first + samples == all; }
    /// The place of row r among all.
    Index place(Index r) const { return r / rows() * (all / members) + earlier() + r % rows(); }

    /// Copies rows of n numbers to their places among all.
    template <class B>
    void put(const typename B::scalar* part, typename B::scalar* whole, Index n) const {
        for (Index r = 0; r < samples; r += rows())
            B::memory::copy(whole + place(r) * n, part + r * n, rows() * n);
    }
    /// The same from there.
    template <class B>
    void take(const typename B::scalar* whole, typename B::scalar* part, Index n) const {
        for (Index r = 0; r < samples; r += rows())
            B::memory::copy(part + r * n, whole + place(r) * n, rows() * n);
    }
};

/// Whether the samples of a model are shared out at its root at most, as `SamplePart` has it: what
/// comes behind members of an ensemble would find its samples in another order.
template <class M, class Children = typename child_entries_of<M>::type>
inline constexpr bool shares_samples_at_root = true;
template <class M, class... Children>
inline constexpr bool shares_samples_at_root<M, mp::mp_list<Children...>> =
    sample_multiple_of<M> == 1 ||
    (requires { M::sample_multiple; } && ... && shares_samples_at_root<typename Children::type>);

/// What the chunks of a pass leave for the whole of it, whatever the model.
template <class B>
struct ChunkSums {
    using T = typename B::scalar;
    double** targets;  ///< sums of what buffers move to, by slot

    /// The log probs of a part in the table of all, and divergences.
    static void put_scores(const SamplePart& at, const PreparedPass<B>& whole, const Node<B>& table,
                           const Node<B>& divergences) {
        for (Index slot = 0; slot < table.samples; ++slot)
            at.put<B>(table.value + slot * 2 * at.samples, whole.table->value + slot * 2 * at.all,
                      2);
        B::memory::copy(whole.divergences->value, divergences.value, divergences.size());
    }

    /// Whether the gradients of a draw are sums over its samples, in order, which are completed
    /// once. Others come complete from each part.
    static bool folds(const Draw<B>& draw) { return !draw.layout && draw.later_step_count == 0; }

    /// Tells the draws of a part the derivatives of the loss, and where gradients of earlier parts
    /// are.
    static void attach(const SamplePart& at, Tape<B>& whole, Tape<B>& part) {
        for (Draw<B>& draw : part.draws()) {
            Draw<B>& sum = whole.draws()[static_cast<std::size_t>(draw.slot)];
            if (sum.log_prob_gradient)
                draw.log_prob_gradient = sum.log_prob_gradient + 2 * at.place(draw.first_row);
            if (at.is_last()) draw.divergence_gradient = sum.divergence_gradient;
            for (Index k = 0; k < draw.later_step_count; ++k) {
                draw.later_steps[k].log_prob_gradient = draw.log_prob_gradient;
                draw.later_steps[k].divergence_gradient = draw.divergence_gradient;
            }
            if (!folds(draw)) continue;
            if (!sum.gradient) make_gradient(whole, sum);
            draw.gradient = sum.gradient;
            draw.gradient_live = sum.gradient_live;
            draw.earlier_samples = at.earlier();
            draw.more_follow = !at.is_last();
        }
    }

    /// Takes over what backward left.
    void collect(const SamplePart& at, Tape<B>& whole, Tape<B>& part) {
        if (at.first == 0)
            targets = whole.template host_memory<double*>(static_cast<Index>(whole.draws().size()));
        for (const Draw<B>& draw : part.draws()) {
            Draw<B>& sum = whole.draws()[static_cast<std::size_t>(draw.slot)];
            if (draw.target) add_target(at, whole, part, draw, sum);
            if (!folds(draw) && draw.gradient_live) add_gradient(whole, draw, sum);
            sum.gradient_live |= draw.gradient_live;
        }
    }

private:
    static void make_gradient(Tape<B>& tape, Draw<B>& draw) {
        draw.gradient = tape.template device_memory<T>(parameter_numbers(draw));
        // Optimisers read whole arrays.
        for (Index k = 0; k < draw.kernels->parameters && !draw.layout; ++k)
            B::memory::fill_zero(draw.gradient + k * draw.stride + draw.size,
                                 draw.stride - draw.size);
    }
    static void add_gradient(Tape<B>& tape, const Draw<B>& draw, Draw<B>& sum) {
        const Index n = parameter_numbers(draw);
        if (!sum.gradient) {
            make_gradient(tape, sum);
            B::memory::copy(sum.gradient, draw.gradient, n);
        } else {
            add_scaled(B{}, draw.gradient, n, 1.0, sum.gradient);
        }
    }
    /// Where a buffer moves to is the mean over all samples.
    void add_target(const SamplePart& at, Tape<B>& whole, Tape<B>& part, const Draw<B>& draw,
                    Draw<B>& sum) {
        const Index n = draw.size;
        double*& total = targets[draw.slot];
        if (at.first == 0) std::fill_n(total = whole.template host_memory<double>(n), n, 0.0);
        T* const numbers = part.template host_memory<T>(n);
        B::memory::copy_to_host(numbers, draw.target, n);
        for (Index i = 0; i < n; ++i)
            total[i] += static_cast<double>(at.samples) * static_cast<double>(numbers[i]);
        if (!at.is_last()) return;
        T* const mean = whole.template host_memory<T>(n);
        for (Index i = 0; i < n; ++i)
            mean[i] = static_cast<T>(total[i] / static_cast<double>(at.all));
        sum.target = B::to_device(whole, static_cast<const T*>(mean), n);
        sum.target_rate = draw.target_rate;
    }
};

}  // namespace detail

}  // namespace blue
