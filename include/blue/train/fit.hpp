// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Trains a model.
#pragma once

#include <blue/concepts/likelihood.hpp>
#include <blue/train/evaluate.hpp>
#include <blue/train/fit_options.hpp>
#include <blue/train/trainer.hpp>

#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace blue {

namespace detail {

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
/// fit, and NumericalError for inputs and targets that are not finite. What only a layer knows,
/// such as a last batch too small for `BatchNorm` (see `drop_last`), it throws in that step. It
/// throws NumericalError when a loss or gradient is not finite: see `throw_not_finite`; the
/// parameters are those before the step.
template <class M, class Objective, class Target, class Rule = Adam>
FitReport fit(M& model, Objective&& objective, const Dataset<Target>& train,
              const Dataset<Target>* validation, const FitOptions& options = {},
              const Rule& rule = {}) {
    using Given = std::remove_cvref_t<Objective>;
    using Likelihood = typename detail::likelihood_in<Given>::type;
    constexpr bool is_objective = detail::is_objective<Given>, is_rule = detail::is_rule<Rule>;
    constexpr bool is_likelihood = detail::is_likelihood<Likelihood>;
    constexpr bool has_likelihood = is_likelihood || !is_objective;  // one error
    static_assert(requirement::objective<is_objective, requirement::given<Given>>{});
    static_assert(requirement::likelihood<has_likelihood, requirement::given<Likelihood>>{});
    static_assert(requirement::update_rule<is_rule, requirement::given<Rule>>{});
    if constexpr (is_objective && is_likelihood && is_rule) {
        static_assert(detail::output_check<Likelihood, M>{});
        detail::check_fit_options(options);
        check_examples<M, Likelihood>(train, "fit");
        if (validation) check_examples<M, Likelihood>(*validation, "fit (validation)");
        if (options.patience > 0 && !validation)
            throw ValueError("fit: expected a validation set for the patience of ",
                             options.patience, " epochs, got none");
        if (options.drop_last && train.size() < options.batch_size)
            throw ValueError("fit: expected a batch_size of at most ", train.size(),
                             ", the number of examples, with drop_last, got ", options.batch_size);

        detail::Trainer<M, std::remove_reference_t<Objective>, Target, Rule> trainer(
            model, objective, train, options, rule);
        ProgressReporter progress(options.progress);
        FitReport report;
        std::optional<M> best;
        double best_loss = std::numeric_limits<double>::infinity();
        for (Index epoch = 1; epoch <= options.epochs; ++epoch) {
            const auto start = ProgressReporter::Clock::now();
            EpochReport current = trainer.epoch(epoch, progress);
            std::string remark = detail::largest_divergences(
                random_variable_names<M>, current.divergences, current.divergence);
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
    } else {  // after an error
        return {};
    }
}

/// Trains without a validation set.
template <class M, class Objective, class Target, class Rule = Adam>
FitReport fit(M& model, Objective&& objective, const Dataset<Target>& train,
              const FitOptions& options = {}, const Rule& rule = {}) {
    return fit(model, objective, train, static_cast<const Dataset<Target>*>(nullptr), options,
               rule);
}

}  // namespace blue
