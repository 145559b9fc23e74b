// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Trains a model.
#pragma once

#include <blue/objectives/loss.hpp>
#include <blue/optim/gradients.hpp>
#include <blue/optim/optimizer.hpp>
#include <blue/optim/schedule.hpp>
#include <blue/optim/weight_average.hpp>
#include <blue/train/diagnosis.hpp>
#include <blue/train/evaluate.hpp>
#include <blue/train/progress.hpp>
#include <blue/train/sample_chunks.hpp>
#include <blue/train/step_numbers.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace blue {

/// One epoch of a training run. Losses are means over the steps, in nats for the whole data set.
struct EpochReport {
    Index epoch;  ///< 1, 2, ...
    double loss, data_fitting, divergence;
    /// KL(q || p) of each random variable, in the order of `random_variable_names`.
    std::vector<double> divergences;
    /// Negative log-likelihood of the validation set, as `evaluate` gives it with the model of this
    /// epoch; NaN without one. For predictions without a density (see RealReport): the root mean
    /// squared error.
    double validation_loss = std::numeric_limits<double>::quiet_NaN();
    double seconds;
};

/// How `fit` trains.
struct FitOptions {
    Index epochs = 1;
    Index batch_size = 64;
    /// Weight samples per step.
    Index samples = 10;
    /// How many of them are in memory at a time: see `SampleChunks`; 0 for all.
    Index samples_per_chunk = 0;
    /// Bytes within which the tape of a chunk stays, in place of its number of samples: see
    /// `samples_within`; 0 for no bound.
    Index memory_budget = 0;
    /// Bytes of training data that a device keeps, `Cuda`'s. Of more data it gets each batch while
    /// it computes on the one before. The numbers are the same.
    Index resident_bytes = Index{1} << 30;
    /// What shuffling and noise follow from. Equal seeds give equal parameters, to the last bit,
    /// with any number of threads.
    Seed seed{1};
    Schedule schedule = Schedule::constant();
    /// Largest norm of all gradients together; 0 for no limit.
    double clip_norm = 0;
    /// Average the parameters over the steps: validation, `on_epoch` and the end of training see
    /// the average, once it has begun.
    std::optional<Averaging> averaging{};
    /// Epochs without improvement on the validation set after which training stops and the best
    /// parameters come back; 0 to train to the end.
    Index patience = 0;
    /// Draws for the validation set.
    Index validation_samples = 20;
    Progress progress = Progress::automatic;
    /// Called after each epoch; training stops when it returns false.
    std::function<bool(const EpochReport&)> on_epoch{};
};

/// What `fit` did.
struct FitReport {
    std::vector<EpochReport> epochs;
    bool stopped_early = false;
    /// The epoch whose parameters the model has.
    Index best_epoch = 0;
};

namespace detail {

inline void check_fit_options(const FitOptions& options) {
    const auto positive = [](const char* name, Index value) {
        if (value < 1) throw ValueError("fit: expected ", name, " of at least 1, got ", value);
    };
    positive("epochs", options.epochs);
    positive("batch_size", options.batch_size);
    positive("samples", options.samples);
    positive("validation_samples", options.validation_samples);
    const auto not_negative = [](const char* name, Index value) {
        if (value < 0) throw ValueError("fit: expected ", name, " of at least 0, got ", value);
    };
    not_negative("a patience", options.patience);
    not_negative("samples_per_chunk", options.samples_per_chunk);
    not_negative("a memory_budget", options.memory_budget);
    not_negative("resident_bytes", options.resident_bytes);
    if (options.samples_per_chunk > 0 && options.memory_budget > 0)
        throw ValueError("fit: expected samples_per_chunk or a memory_budget, got both: ",
                         options.samples_per_chunk, " samples and ", options.memory_budget,
                         " bytes");
    if (!(options.clip_norm >= 0))
        throw ValueError("fit: expected a clip_norm of at least 0, got ", options.clip_norm);
}

inline double validation_loss(const ClassReport& report) {
    return report.negative_log_likelihood;
}
inline double validation_loss(const RealReport& report) {
    return std::isnan(report.negative_log_likelihood) ? report.root_mean_squared_error
                                                      : report.negative_log_likelihood;
}

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
          steps_((train.size() - 1) / options.batch_size + 1),
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

}  // namespace detail

/// Trains a model on a data set, made of the public parts: `forward`, the objective, `backward`,
/// `Optimizer::step`. The optimiser starts anew; to go on with a trained model, choose another
/// seed, so that the noise is new, too.
///
/// \param objective such as `Elbo{Categorical{}}`; it is told the dataset size and the step.
/// \param validation a data set for `patience` and EpochReport::validation_loss, or nullptr.
/// \param rule update rule of the optimiser.
/// Before anything is changed it throws ShapeError and ValueError for data and options that do not
/// fit, and NumericalError for inputs and targets that are not finite. What only a layer knows,
/// such as a last batch too small for `BatchNorm`, it throws in that step. It throws NumericalError
/// when a loss or gradient is not finite: see `throw_not_finite`; the parameters are those before
/// the step.
template <class M, class Objective, class Target, class Rule = Adam>
FitReport fit(M& model, Objective&& objective, const Dataset<Target>& train,
              const Dataset<Target>* validation, const FitOptions& options = {},
              const Rule& rule = {}) {
    using Likelihood = std::remove_cvref_t<decltype(objective.likelihood)>;
    static_assert(detail::output_check<Likelihood, M>{});
    detail::check_fit_options(options);
    check_examples<M, Likelihood>(train, "fit");
    if (validation) check_examples<M, Likelihood>(*validation, "fit (validation)");
    if (options.patience > 0 && !validation)
        throw ValueError("fit: expected a validation set for the patience of ", options.patience,
                         " epochs, got none");

    detail::Trainer<M, std::remove_reference_t<Objective>, Target, Rule> trainer(
        model, objective, train, options, rule);
    ProgressReporter progress(options.progress);
    FitReport report;
    std::optional<M> best;
    double best_loss = std::numeric_limits<double>::infinity();
    for (Index epoch = 1; epoch <= options.epochs; ++epoch) {
        const auto start = ProgressReporter::Clock::now();
        EpochReport current = trainer.epoch(epoch, progress);
        std::string remark = detail::largest_divergences(random_variable_names<M>,
                                                         current.divergences, current.divergence);
        if (validation) {
            current.validation_loss = detail::validation_loss(
                evaluate(model, objective.likelihood, *validation,
                         {.samples = options.validation_samples, .seed = options.seed}));
            char text[48];
            std::snprintf(text, sizeof text, "  validation %.4f nats", current.validation_loss);
            remark = text + remark;
        }
        current.seconds = ProgressReporter::seconds_since(start);
        progress.epoch(trainer.reading(current), current.seconds, remark);
        report.epochs.push_back(current);
        if (options.patience == 0 || epoch == 1 || current.validation_loss < best_loss) {
            report.best_epoch = epoch;
            best_loss = current.validation_loss;
            if (options.patience > 0) best = model;
        }
        report.stopped_early =
            (options.on_epoch && !options.on_epoch(current)) ||
            (options.patience > 0 && epoch - report.best_epoch >= options.patience);
        if (report.stopped_early) break;
    }
    if (best && report.best_epoch < report.epochs.back().epoch) model = std::move(*best);
    return report;
}

/// Trains without a validation set.
template <class M, class Objective, class Target, class Rule = Adam>
FitReport fit(M& model, Objective&& objective, const Dataset<Target>& train,
              const FitOptions& options = {}, const Rule& rule = {}) {
    return fit(model, objective, train, static_cast<const Dataset<Target>*>(nullptr), options,
               rule);
}

}  // namespace blue
