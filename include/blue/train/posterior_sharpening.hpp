// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Posteriors that look at the batch.
#pragma once

#include <blue/concepts/backend.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/ops/rows.hpp>
#include <blue/optim/optimizer.hpp>
#include <blue/tensor/buffer.hpp>
#include <blue/train/sharpened_variable.hpp>

#include <optional>
#include <span>
#include <vector>

namespace blue {

/// How posteriors are sharpened.
struct SharpeningOptions {
    /// Of the weights about the moved draw: sigma_0. The smaller, the dearer are moves.
    double std = 0.02;
    /// The initial step size of all weights.
    double step_size = 0;
};

/// A loss with a sharpened posterior and its parts, in nats for the whole data set.
struct SharpenedLoss {
    double total;         ///< data_fitting + heat (moves + divergence)
    double data_fitting;  ///< negative log-likelihood at sharpened draws
    double moves;         ///< divergence of sharpened draws from those that they come from
    double divergence;    ///< KL(q || p) of all weights
    double unsharpened;   ///< negative log-likelihood at the draws themselves
};

/// Posterior sharpening (Fortunato, Blundell and Vinyals 2017, section 4): training with draws that
/// have already moved down the gradient of the batch. With phi drawn from the variational
/// distribution and the gradient g of the mean negative log-likelihood of the batch at phi, the
/// weights are
///
///     theta ~ N(phi - eta g, std^2),
///
/// with step sizes eta, one for each weight, which are learned. For a data set of N examples and
/// batches of B the loss is
///
///     N mean over batch of -log p(y | x, theta) + heat (N / B |eta g|^2 / (2 std^2) + KL(q || p)),
///
/// averaged over samples: the second term is the divergence of theta from N(phi, std^2), for each
/// batch. As in the paper, gradients do not go through g. With eta = 0 and a small std this is
/// `Elbo`. Predictions know no targets and use the plain posterior, whose noise the means have
/// been trained with.
///
/// For any model, recurrent ones above all, of `MeanFieldNormal` weights and point estimates. A
/// step takes two passes in place of one, for one sample after the other:
///
///     PosteriorSharpening sharpening(net, {.std = 0.02});
///     const auto batch = [&](auto& tape) {
///         return std::pair{tape.template input<shape<2>>(inputs.data(), 64),
///                          make_labels(tape, labels.data(), 64, 2)};
///     };
///     const SharpenedLoss loss = sharpening.backward(net, tape, objective, batch, {.pass = step});
///     optimizer.step(net, tape);
///     sharpening.step();
template <class M, class Rule = Adam>
class PosteriorSharpening {
    using B = backend_of<M>;
    using T = typename B::scalar;
    using Variable = detail::SharpenedVariable<B, Rule>;
    static_assert(typename detail::sharpening_check_of<M>{});
    static_assert(requirement::kernel<has_kernel<operation::posterior_sharpening, B>,
                                      operation::posterior_sharpening, B>{});

public:
    /// Throws ValueError unless std is positive and the step size finite.
    explicit PosteriorSharpening(const M& model, const SharpeningOptions& options = {},
                                 const Rule& rule = {})
        : options_(options), rule_(rule) {
        require_positive("PosteriorSharpening", "std", options.std);
        require_finite("PosteriorSharpening", "step_size", options.step_size);
        rule.constants(1, 1);
        const auto views = variable_views<M, B>(model);
        variables_.reserve(views.size());
        detail::visit_variables(model, [&](const auto& state) {
            using Q = typename std::remove_cvref_t<decltype(state)>::Q;
            variables_.emplace_back(views[variables_.size()], is_trained<Q>, is_random<Q>);
            Buffer<B>& steps = variables_.back().steps;
            const std::vector<T> start(static_cast<std::size_t>(steps.size()),
                                       static_cast<T>(options.step_size));
            B::memory::copy_from_host(steps.data(), start.data(), steps.size());
        });
    }

    /// The loss of a batch, and its gradients: those of the model are left on `tape`, for
    /// `Optimizer::step`, those of the step sizes in here, for `step`.
    /// \param batch of a tape: a pair of the model's input and the target of the likelihood.
    /// \param options samples, seed, pass and first_sample of `forward`.
    /// Throws as the objective does, ValueError for fewer than one sample, and Error for layers
    /// with `fresh_draws`.
    template <class Likelihood, class Batch>
    SharpenedLoss backward(const M& model, Tape<B>& tape, const Elbo<Likelihood>& objective,
                           const Batch& batch, const ForwardOptions& options = {},
                           std::optional<TrainingStep> step = {}) {
        take_directions(model, objective, batch, options);
        return backward_along_directions(model, tape, objective, batch, options, step);
    }

    /// The first half of `backward`: g at the draw of each sample.
    template <class Likelihood, class Batch>
    void take_directions(const M& model, const Elbo<Likelihood>& objective, const Batch& batch,
                         const ForwardOptions& options) {
        if (options.samples < 1)
            throw ValueError("PosteriorSharpening: expected at least 1 sample, got ",
                             options.samples);
        const auto views = variable_views<M, B>(model);
        for (std::size_t slot = 0; slot < variables_.size(); ++slot)
            variables_[slot].is_moved = variables_[slot].has_steps && views[slot].is_random;
        samples_ = 0;  // until all directions are there
        unsharpened_ = 0;
        for (Index s = 0; s < options.samples; ++s) {
            unsharpened_ += pass(model, objective, batch, options, s, {}).loss /
                            static_cast<double>(options.samples);
            for (std::size_t slot = 0; slot < variables_.size(); ++slot) {
                Variable& variable = variables_[slot];
                const Draw<B>& draw = inner_.draws()[slot];
                if (draw.later_step_count > 0)
                    throw Error(
                        "PosteriorSharpening: expected layers without fresh_draws: each "
                        "weight has one draw in a pass");
                if (!variable.is_moved) continue;
                if (variable.directions.size() < options.samples * draw.size)
                    variable.directions = Buffer<B>(options.samples * draw.size);
                T* const to = variable.directions.data() + s * draw.size;
                if (draw.gradient_live)
                    B::memory::copy(to, draw.gradient, draw.size);
                else
                    B::memory::fill_zero(to, draw.size);
            }
        }
        samples_ = options.samples;
    }

    /// The second half: the loss at draws that are moved along these directions, which count as
    /// constants. Throws Error for other samples than those of the first half.
    template <class Likelihood, class Batch>
    SharpenedLoss backward_along_directions(const M& model, Tape<B>& tape,
                                            const Elbo<Likelihood>& objective, const Batch& batch,
                                            const ForwardOptions& options,
                                            std::optional<TrainingStep> step = {}) {
        if (options.samples != samples_)
            throw Error("PosteriorSharpening: expected the ", samples_,
                        " samples of the directions, got ", options.samples);
        const double examples = detail::required_size(objective.options.dataset_size, {});
        const double heat = objective.options.heat(step);
        const double share = 1 / static_cast<double>(options.samples);
        for (Variable& variable : variables_) variable.begin();
        double data = 0, squares = 0, batches = 0;
        for (Index s = 0; s < options.samples; ++s) {
            const Outcome outcome = sharpened_pass(model, objective, batch, options, s);
            batches = examples / static_cast<double>(outcome.rows);
            // The loss per example has the penalty heat / B |eta g|^2 / (2 std^2).
            const double penalty =
                heat / (static_cast<double>(outcome.rows) * options_.std * options_.std);
            data += share * outcome.loss;
            for (std::size_t slot = 0; slot < variables_.size(); ++slot)
                squares += share * collect(slot, penalty, s);
        }
        const Loss<B> prior = divergence_pass(model, tape, objective, heat);
        for (std::size_t slot = 0; slot < variables_.size(); ++slot) {
            Variable& variable = variables_[slot];
            Draw<B>& draw = tape.draws()[slot];
            draw.target = inner_.draws()[slot].target;
            draw.target_rate = inner_.draws()[slot].target_rate;
            if (variable.is_trained)
                add_scaled(B{}, variable.gradient.data(), parameter_numbers(draw), examples * share,
                           draw.gradient);
            if (variable.has_steps)
                scale(tape, variable.step_gradient.data(), variable.steps.size(), examples * share);
        }
        const double divergence = prior.values().divergence;
        const double moves = batches * squares / (2 * options_.std * options_.std);
        return {examples * data + heat * (moves + divergence), examples * data, moves, divergence,
                examples * unsharpened_};
    }

    /// A step of the rule on the step sizes. `factor` scales its learning rate; ValueError when it
    /// is negative or not finite.
    void step(double factor = 1) {
        require_not_negative("PosteriorSharpening", "factor", factor);
        ++taken_;
        for (Variable& variable : variables_) {
            if (!variable.has_steps) continue;
            optimizer_step(rule_, rule_.constants(taken_, factor),
                           ParameterBlock<B>{variable.steps.data(), variable.step_gradient.data(),
                                             variable.steps.size()},
                           variable.state.data());
        }
    }

    /// The step sizes of a random variable of the model, by its slot: as many as it has elements;
    /// none for a point estimate. In the backend's memory.
    std::span<T> step_sizes(std::size_t slot) {
        Variable& variable = variables_[slot];
        return {variable.steps.data(), static_cast<std::size_t>(variable.steps.size())};
    }
    /// The gradients of `step_sizes` from the last `backward`.
    std::vector<double> step_size_gradients(std::size_t slot) {
        const Buffer<B>& gradient = variables_[slot].step_gradient;
        std::vector<T> numbers(static_cast<std::size_t>(gradient.size()));
        B::memory::copy_to_host(numbers.data(), gradient.data(), gradient.size());
        return {numbers.begin(), numbers.end()};
    }

private:
    /// The mean negative log-likelihood of a batch, and its size.
    struct Outcome {
        double loss;
        Index rows;
    };

    /// A pass with one sample, forward and backward; its gradients are left on `inner_`.
    template <class Likelihood, class Batch>
    Outcome pass(const M& model, const Elbo<Likelihood>& objective, const Batch& batch,
                 ForwardOptions options, Index s, std::span<const T* const> noise) {
        options.first_sample += s;
        options.samples = 1;
        inner_.reset();
        const auto [x, target] = batch(inner_);
        const auto y = forward<Scores::none>(model, inner_, x, options, noise).samples;
        const auto log_prob = detail::sample_log_prob(objective.likelihood, y, target);
        const auto loss = (-1 / static_cast<double>(log_prob.batch())) * sum(log_prob);
        inner_.backward(loss);
        return {static_cast<double>(loss.value()), log_prob.batch()};
    }

    template <class Likelihood, class Batch>
    Outcome sharpened_pass(const M& model, const Elbo<Likelihood>& objective, const Batch& batch,
                           const ForwardOptions& options, Index s) {
        // The draw's noise and scales, as a pass has them.
        ForwardOptions one = options;
        one.first_sample += s;
        one.samples = 1;
        inner_.reset();
        detail::begin_pass<Scores::none>(model, inner_, one, {});
        pointers_.assign(variables_.size(), nullptr);
        for (std::size_t slot = 0; slot < variables_.size(); ++slot) {
            if (!variables_[slot].is_moved) continue;
            sharpen_noise(inner_, inner_.draws()[slot], options_.std, variables_[slot].at(s));
            pointers_[slot] = variables_[slot].sharpened_noise.data();
        }
        return pass(model, objective, batch, options, s, pointers_);
    }

    /// Adds up the gradients of a sharpened draw; the square of its move.
    double collect(std::size_t slot, double penalty, Index s) {
        Variable& variable = variables_[slot];
        const Draw<B>& draw = inner_.draws()[slot];
        if (!draw.gradient_live || !variable.is_trained) return 0;
        if (variable.is_moved)
            return add_sharpened_gradients(inner_, draw, penalty, variable.at(s));
        add_scaled(B{}, draw.gradient, parameter_numbers(draw), 1, variable.gradient.data());
        return 0;
    }

    /// The divergence of all weights and its gradients, without the model.
    template <class Likelihood>
    Loss<B> divergence_pass(const M& model, Tape<B>& tape, const Elbo<Likelihood>&, double heat) {
        tape.reset();
        const auto prepared = detail::begin_pass<Scores::divergence>(
            model, tape, {.norm_constants = Elbo<Likelihood>::norm_constants}, {});
        for (std::size_t slot = 0; slot < variables_.size(); ++slot)
            if (variables_[slot].is_trained) detail::draw_first(tape, tape.draws()[slot]);
        Node<B>* const nothing = tape.node(1, 1, 1, false);
        B::memory::fill_zero(nothing->value, 1);
        const Loss<B> loss =
            detail::make_loss(tape, nothing, 0.0, prepared.table, prepared.divergences, heat, 1.0);
        blue::backward(loss);
        return loss;
    }

    SharpeningOptions options_;
    Rule rule_;
    Index taken_ = 0;    ///< steps of `step`
    Index samples_ = 0;  ///< that have directions
    double unsharpened_ = 0;
    std::vector<Variable> variables_;
    std::vector<const T*> pointers_;
    Tape<B> inner_;
};

}  // namespace blue
