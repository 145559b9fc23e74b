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

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
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
    if (options.patience < 0)
        throw ValueError("fit: expected a patience of at least 0, got ", options.patience);
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

}  // namespace detail

/// Trains a model on a data set, made of the public parts: `forward`, the objective, `backward`,
/// `Optimizer::step`. The optimiser starts anew; to go on with a trained model, choose another
/// seed, so that the noise is new, too.
///
/// \param objective such as `Elbo{Categorical{}}`; it is told the dataset size and the step.
/// \param validation a data set for `patience` and EpochReport::validation_loss, or nullptr.
/// \param rule update rule of the optimiser.
/// Before anything is changed it throws ShapeError and ValueError for data and options that do not
/// fit, and NumericalError for inputs and targets that are not finite. It throws NumericalError
/// when a loss or gradient is not finite: see `throw_not_finite`; the parameters are those before
/// the step.
template <class M, class Objective, class Target, class Rule = Adam>
FitReport fit(M& model, Objective&& objective, const Dataset<Target>& train,
              const Dataset<Target>* validation, const FitOptions& options = {},
              const Rule& rule = {}) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    using Input = input_shape_of<M>;
    using Likelihood = std::remove_cvref_t<decltype(objective.likelihood)>;
    using Number = detail::target_number<Likelihood, B>;
    static_assert(detail::output_check<Likelihood, M>{});
    detail::check_fit_options(options);
    check_examples<M, Likelihood>(train, "fit");
    if (validation) check_examples<M, Likelihood>(*validation, "fit (validation)");
    if (options.patience > 0 && !validation)
        throw ValueError("fit: expected a validation set for the patience of ", options.patience,
                         " epochs, got none");

    const Index n = train.size();
    const Index steps = (n + options.batch_size - 1) / options.batch_size;
    Optimizer<Rule, B> optimizer(rule);
    if constexpr (requires { optimizer.rule().dataset_size; })
        if (!rule.dataset_size) optimizer.rule().dataset_size = DatasetSize(n);
    std::optional<WeightAverage<M>> average;
    if (options.averaging) average.emplace(model, *options.averaging);
    Tape<B> tape;
    BatchBuffer<T> inputs;
    BatchBuffer<Number> targets;
    ProgressReporter progress(options.progress);
    FitReport report;
    std::optional<M> best;
    double best_loss = std::numeric_limits<double>::infinity();
    for (Index epoch = 1; epoch <= options.epochs; ++epoch) {
        const auto start = ProgressReporter::Clock::now();
        if (average && average->swapped()) average->swap(model);
        const std::vector<Index> order =
            shuffled(n, options.seed.value, static_cast<std::uint64_t>(epoch));
        EpochReport current{};
        current.epoch = epoch;
        current.divergences.assign(static_cast<std::size_t>(random_variable_count<M>), 0);
        ProgressReading reading{epoch, options.epochs, 0, steps, 0, 0, 0};
        for (Index step = 0; step < steps; ++step) {
            const Index first = step * options.batch_size;
            const Index batch = std::min(options.batch_size, n - first);
            const std::span<const Index> rows(order.data() + first,
                                              static_cast<std::size_t>(batch));
            const Index total_step = (epoch - 1) * steps + step;
            tape.reset();
            const auto x = tape.template input<Input>(inputs.gather(train.inputs, rows), batch);
            const auto result = forward<std::remove_reference_t<Objective>::scores>(
                model, tape, x,
                {.samples = options.samples,
                 .seed = options.seed,
                 .pass = static_cast<std::uint64_t>(total_step),
                 .norm_constants = objective.norm_constants});
            const auto target = detail::make_target<Likelihood>(
                tape, result.samples, targets.gather(train.targets, rows), batch);
            const Loss<B> loss = objective(result, target, DatasetSize(n),
                                           TrainingStep{total_step, steps, options.epochs});
            const double value = static_cast<double>(loss.total.value());
            const auto parts = loss.values();
            const std::vector<double> divergences = loss.divergences();
            const auto require_finite = [&](std::span<const double> norms) {
                if (std::isfinite(value) && all_finite(divergences) && all_finite(norms)) return;
                throw_not_finite<B>(variable_views<M, B>(model), random_variable_names<M>,
                                    variational_parameter_names<M>,
                                    {epoch, step + 1, value, parts.data_fitting,
                                     parts.prior_matching, divergences, norms});
            };
            require_finite({});
            backward(loss);
            const std::vector<double> norms = gradient_norms(tape);
            require_finite(norms);
            const double norm = total_norm(norms);
            if (options.clip_norm > 0 && norm > options.clip_norm)
                scale_gradients(tape, options.clip_norm / norm);
            optimizer.step(model, tape, options.schedule(total_step, options.epochs * steps));
            if (average) average->update(model);

            const double weight = 1 / static_cast<double>(step + 1);
            current.loss += (value - current.loss) * weight;
            current.data_fitting += (parts.data_fitting - current.data_fitting) * weight;
            current.divergence += (parts.divergence - current.divergence) * weight;
            for (std::size_t slot = 0; slot < divergences.size(); ++slot)
                current.divergences[slot] +=
                    (divergences[slot] - current.divergences[slot]) * weight;
            reading = {epoch,        options.epochs,       step + 1,          steps,
                       current.loss, current.data_fitting, current.divergence};
            progress.step(reading);
        }
        if (average && average->updates() > 0) average->swap(model);
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
        progress.epoch(reading, current.seconds, remark);
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
