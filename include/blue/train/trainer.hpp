// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The steps of `fit`.
#pragma once

#include <blue/objectives/loss.hpp>
#include <blue/optim/gradients.hpp>
#include <blue/optim/optimizer.hpp>
#include <blue/train/dataset.hpp>
#include <blue/train/diagnosis.hpp>
#include <blue/train/fit_options.hpp>
#include <blue/train/sample_chunks.hpp>
#include <blue/train/step_numbers.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace blue::detail {

/// Takes step 1, 2, ... into an epoch's means.
inline void add_to_means(EpochReport& epoch, const StepNumbers& losses, Index step) {
    const double weight = 1 / static_cast<double>(step);
    epoch.loss += (losses.total - epoch.loss) * weight;
    epoch.data_fitting += (losses.data_fitting - epoch.data_fitting) * weight;
    epoch.divergence += (losses.divergence - epoch.divergence) * weight;
    for (std::size_t slot = 0; slot < losses.divergences.size(); ++slot)
        epoch.divergences[slot] += (losses.divergences[slot] - epoch.divergences[slot]) * weight;
}

/// Takes the steps of `fit`.
template <class M, class Objective, class Target, class Rule>
class Trainer {
    using B = backend_of<M>;
    using Likelihood = std::remove_cvref_t<decltype(std::declval<Objective&>().likelihood)>;

public:
    Trainer(M& model, Objective& objective, const Dataset<Target>& train, const FitOptions& options,
            const Rule& rule)
        : model_(model),
          objective_(objective),
          train_(train),
          options_(options),
          steps_(options.drop_last ? train.size() / options.batch_size
                                   : (train.size() - 1) / options.batch_size + 1),
          epochs_(std::min(options.epochs, std::numeric_limits<Index>::max() / steps_)),
          optimizer_(rule) {
        if constexpr (requires { optimizer_.rule().dataset_size; })
            if (!rule.dataset_size) optimizer_.rule().dataset_size = DatasetSize(train.size());
        if (options.averaging) average_.emplace(model, *options.averaging);
        const auto numbers = static_cast<double>(train.inputs.size()) * sizeof(float) +
                             static_cast<double>(train.targets.size()) * sizeof(Target);
        if (numbers <= static_cast<double>(options.resident_bytes)) {
            inputs_.keep(train.inputs);
            targets_.keep(train.targets);
        }
    }

    /// Trains for epoch 1, 2, ...; once the average has begun, the model has it afterwards.
    EpochReport epoch(Index epoch, ProgressReporter& progress) {
        if (average_ && average_->swapped()) average_->swap(model_);
        const std::vector<Index> order =
            shuffled(train_.size(), options_.seed.value, static_cast<std::uint64_t>(epoch));
        inputs_.begin(train_.inputs, order);
        targets_.begin(train_.targets, order);
        EpochReport report{};
        report.epoch = epoch;
        report.divergences.assign(static_cast<std::size_t>(random_variable_count<M>), 0);
        for (Index step = 1; step <= steps_; ++step) {
            add_to_means(report, take_step(epoch, step), step);
            progress.step(reading(report, step));
        }
        if (average_ && average_->updates() > 0) average_->swap(model_);
        return report;
    }

    /// What progress shows after a step of an epoch; by default after its last one.
    ProgressReading reading(const EpochReport& epoch, std::optional<Index> step = {}) const {
        return {epoch.epoch, options_.epochs,    step.value_or(steps_), steps_,
                epoch.loss,  epoch.data_fitting, epoch.divergence};
    }

private:
    /// The number of examples in a step, of which `first` is the first one.
    Index batch_of(Index first) const {
        return std::min(options_.batch_size, train_.size() - first);
    }

    StepNumbers take_step(Index epoch, Index step) {
        using Input = blue::input_shape_of<M>;
        const Index total_step = (epoch - 1) * steps_ + step - 1;
        const Index first = (step - 1) * options_.batch_size, batch = batch_of(first);
        const auto* const inputs = inputs_.take(first, batch);
        const auto* const targets = targets_.take(first, batch);
        const auto extents = extents_of_inputs<Input>(train_.inputs, "fit");
        const auto input = [&](Tape<B>& tape) {
            return tape.template input_in_place<Input>(inputs, batch, extents);
        };
        const ForwardOptions pass{.samples = options_.samples,
                                  .seed = options_.seed,
                                  .pass = static_cast<std::uint64_t>(total_step),
                                  .norm_constants = objective_.norm_constants};
        if (!chunks_) chunks_.emplace(model_, samples_per_chunk<Objective::scores>(pass, input));
        const Loss<B> loss = chunks_->template backward<Objective::scores>(
            model_, tape_, pass, input, [&](const auto& result) -> Loss<B> {
                return objective_(
                    result, make_target<Likelihood>(result.samples, targets, train_.targets, "fit"),
                    DatasetSize(train_.size()), TrainingStep{total_step, steps_, epochs_});
            });
        if (step < steps_) {
            inputs_.prepare(first + batch, batch_of(first + batch));
            targets_.prepare(first + batch, batch_of(first + batch));
        }
        const StepNumbers numbers = step_numbers(tape_, loss);
        require_finite(epoch, step, numbers);
        const double norm = total_norm(numbers.gradient_norms);
        if (options_.clip_norm > 0 && norm > options_.clip_norm)
            scale_gradients(tape_, options_.clip_norm / norm);
        optimizer_.step(model_, tape_, options_.schedule(total_step, epochs_ * steps_));
        if (average_) average_->update(model_);
        return numbers;
    }

    void require_finite(Index epoch, Index step, const StepNumbers& numbers) const {
        const bool has_loss = std::isfinite(numbers.total) && all_finite(numbers.divergences);
        if (has_loss && all_finite(numbers.gradient_norms)) return;
        // Gradients of a loss that is not finite say nothing.
        const std::span<const double> norms = numbers.gradient_norms;
        throw_not_finite<B>(
            variable_views<M, B>(model_), random_variable_names<M>, variational_parameter_names<M>,
            {epoch, step, numbers.total, numbers.data_fitting, numbers.prior_matching,
             numbers.divergences, has_loss ? norms : norms.first(0)});
    }

    template <Scores Wanted, class Input>
    Index samples_per_chunk(const ForwardOptions& options, const Input& input) const {
        if (options_.memory_budget > 0)
            return samples_within<Wanted>(static_cast<std::size_t>(options_.memory_budget), model_,
                                          options, input);
        return options_.samples_per_chunk > 0 ? options_.samples_per_chunk : options_.samples;
    }

    M& model_;
    Objective& objective_;
    const Dataset<Target>& train_;
    const FitOptions& options_;
    Index steps_;   ///< of an epoch
    Index epochs_;  ///< of which all steps can be counted
    Optimizer<Rule, B> optimizer_;
    std::optional<WeightAverage<M>> average_;
    Tape<B> tape_;
    std::optional<SampleChunks<B>> chunks_;  ///< since the first step, which may measure memory
    Batches<B, float, typename B::scalar> inputs_;
    Batches<B, Target, target_number<Likelihood, B>> targets_;
};

}  // namespace blue::detail
