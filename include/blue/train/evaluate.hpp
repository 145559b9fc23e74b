// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Quality of a model's predictions on a data set.
#pragma once

#include <blue/metrics/calibration.hpp>
#include <blue/metrics/classification.hpp>
#include <blue/metrics/regression.hpp>
#include <blue/train/predict.hpp>
#include <blue/train/reports.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace blue {

/// The arithmetic mean.
inline double mean_of(const Array<double>& values) {
    double total = 0;
    for (double value : values) total += value;
    return total / static_cast<double>(values.size());
}

/// The quality of given predictions.
/// \param labels as many as predictions.
/// Throws ShapeError when they are not, and ValueError for labels that are no class.
template <class Label>
ClassReport evaluate(const ClassPrediction& prediction, Array<Label> labels) {
    constexpr bool whole = std::is_integral_v<Label>;
    static_assert(requirement::labels<whole, Categorical, requirement::given<Label>>{});
    if constexpr (whole) {
        Array<double> p = prediction.probabilities;
        const Index classes = p.shape().back();
        p.reshape({p.size() / classes, classes});
        if (labels.size() == p.rows()) labels.reshape({p.rows()});
        return {metrics::accuracy(p, labels), metrics::negative_log_likelihood(p, labels),
                metrics::expected_calibration_error(p, labels),
                mean_of(prediction.predictive_entropy), mean_of(prediction.mutual_information)};
    } else {  // after an error
        return {};
    }
}
/// The quality of given predictions.
/// \param targets as many as predictions.
/// Throws ShapeError when they are not, and ValueError for targets that are not finite.
template <class Target>
RealReport evaluate(const RealPrediction& prediction, Array<Target> targets) {
    if (targets.size() == prediction.mean.size()) targets.reshape(prediction.mean.shape());
    RealReport report{metrics::root_mean_squared_error(prediction.mean, targets),
                      std::numeric_limits<double>::quiet_NaN()};
    const Array<double> std = prediction.std();
    if (std::all_of(std.begin(), std.end(), metrics::detail::is_scale))
        report.negative_log_likelihood =
            metrics::normal_negative_log_likelihood(prediction.mean, std, targets);
    return report;
}

namespace detail {

/// The targets as `evaluate` takes them beside a prediction.
template <class Likelihood, class Target>
const Array<Target>& as_compared(const Likelihood&, const Array<Target>& targets) {
    return targets;
}
/// Outcomes as classes.
template <class Target>
Array<std::int32_t> as_compared(const Bernoulli&, const Array<Target>& targets) {
    Array<std::int32_t> labels(targets.shape());
    std::transform(targets.begin(), targets.end(), labels.begin(),
                   [](Target y) { return static_cast<std::int32_t>(y); });
    return labels;
}

/// The output of a model, and the targets of a likelihood over numbers, on a tape.
template <class M>
using output_var = Var<backend_of<M>, output_shape_of<M>>;
template <class M, class Likelihood>
using target_var =
    Var<backend_of<M>, typename target_shape_of<Likelihood, output_shape_of<M>>::type>;

/// A likelihood that predicts numbers and gives each a density or probability.
template <class Likelihood, class M>
concept ScoresNumbers =
    !std::is_integral_v<typename Likelihood::target_type> &&
    !std::is_same_v<Likelihood, Bernoulli> &&
    requires(const Likelihood& likelihood, output_var<M> output, target_var<M, Likelihood> target) {
    likelihood.log_prob(output, target);
};

/// Averages exp(x) over x that come one after the other, for many averages at once.
class LogMeanExp {
public:
    void add(std::size_t i, double x) {
        if (terms_.size() <= i) terms_.resize(i + 1);
        terms_[i].add(x);
    }
    /// The mean of log(sum / count) of all averages.
    double mean(Index count) const {
        double total = 0;
        for (const auto& term : terms_) total += term.value();
        return total / static_cast<double>(terms_.size()) - std::log(static_cast<double>(count));
    }

private:
    std::vector<metrics::detail::LogSumExp> terms_;
};

/// Predicts numbers and scores the targets in the same passes.
template <class M, class Likelihood, class Target>
RealReport evaluate_numbers(const M& model, const Likelihood& likelihood,
                            const Dataset<Target>& data, const PredictOptions& options) {
    PredictionMemory<backend_of<M>> memory;
    PredictionInParts<Likelihood, backend_of<M>> prediction(likelihood, data.inputs.rows(),
                                                            memory.sums);
    LogMeanExp densities;
    Batches<backend_of<M>, Target, target_number<Likelihood, backend_of<M>>> targets;
    targets.begin(data.targets);
    const target_number<Likelihood, backend_of<M>>* numbers = nullptr;
    for_each_chunk(memory, model, data.inputs, options, [&](auto output, const Chunk& chunk) {
        prediction.add(output, chunk);
        if (chunk.is_first()) numbers = targets.take(chunk.first_row, chunk.batch);
        const auto target = make_target<Likelihood>(output, numbers, data.targets, "evaluate");
        const auto log_prob = likelihood.log_prob(output, target);
        const ChunkValues log_probs(log_prob);
        const Index first = chunk.first_row * log_prob.node->item;
        for (Index s = 0; s < chunk.draws; ++s)
            for (Index i = 0; i < log_prob.node->per_sample(); ++i)
                densities.add(static_cast<std::size_t>(first + i),
                              static_cast<double>(log_probs.draw(s)[i]));
    });
    RealReport report = evaluate(prediction.result(), data.targets);
    report.negative_log_likelihood = -densities.mean(options.samples);
    return report;
}

/// Predicts and compares on the host, whatever the backend.
template <class M, class Likelihood, class Target, class Options>
auto compare_on_host(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
                     const Options& options) {
    if constexpr (ScoresNumbers<Likelihood, M> && std::is_same_v<Options, PredictOptions>)
        return evaluate_numbers(model, likelihood, data, options);
    else
        return evaluate(predict(model, likelihood, data.inputs, options),
                        as_compared(likelihood, data.targets));
}

/// Predicts and compares where the backend computes.
template <class M, class Likelihood, class Target, class Options>
auto compare_in_place(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
                      const Options& options) {
    using B = backend_of<M>;
    using Own = prediction_quality<B>;
    using Quality = typename std::conditional_t<predicts_classes<Likelihood>,
                                                std::type_identity<typename Own::classes>,
                                                std::type_identity<typename Own::numbers>>::type;
    PredictionMemory<B> memory;
    Batches<B, Target, typename Quality::target_number> targets;
    targets.begin(data.targets);
    std::optional<Quality> quality;
    const typename Quality::target_number* numbers = nullptr;
    for_each_chunk(memory, model, data.inputs, options, [&](auto output, const Chunk& chunk) {
        if (!quality) {
            quality.emplace(prediction_shape<Likelihood>(data.size(), output), memory.sums);
            check_target_size(data.targets.shape(), data.targets.row_size(),
                              quality->targets_per_input(), "evaluate");
        }
        if (chunk.is_first()) {
            numbers = targets.take(chunk.first_row, chunk.batch);
            quality->set_targets(numbers);
        }
        if constexpr (ScoresNumbers<Likelihood, M> && std::is_same_v<Options, PredictOptions>)
            quality->add_log_probs(
                likelihood.log_prob(
                    output, make_target<Likelihood>(output, numbers, data.targets, "evaluate")),
                chunk);
        add_draws(*quality, likelihood, output, chunk);
        const Index next = chunk.first_row + chunk.batch;
        if (chunk.is_last() && next < data.size())
            targets.prepare(next, std::min(chunk.batch, data.size() - next));
    });
    return quality->report(data.size());
}

template <class M, class Likelihood, class Target, class Options>
auto evaluate_with(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
                   const Options& options) {
    static_assert(
        requirement::likelihood<is_likelihood<Likelihood>, requirement::given<Likelihood>>{});
    static_assert(output_check<Likelihood, M>{});
    if constexpr (is_likelihood<Likelihood>) {
        check_examples<M, Likelihood>(data, "evaluate");
        if constexpr (prediction_quality<backend_of<M>>::is_own) {
            const auto report = compare_in_place(model, likelihood, data, options);
            if (report) return *report;
        }
        return compare_on_host(model, likelihood, data, options);
    } else {  // after an error
        return ClassReport{};
    }
}

}  // namespace detail

/// Predicts and compares with the targets: ClassReport for `Categorical` and `Bernoulli`, else
/// RealReport. Errors as in `check_examples` and `predict`.
template <class M, class Likelihood, class Target>
auto evaluate(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
              const PredictOptions& options = {}) {
    return detail::evaluate_with(model, likelihood, data, options);
}

}  // namespace blue
