// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The accuracy-versus-uncertainty calibration loss, added to an objective.
#pragma once

#include <blue/objectives/loss.hpp>
#include <blue/ops/activations.hpp>

#include <algorithm>
#include <concepts>

namespace blue {

namespace ops {
/// -p log p in nats, and 0 for p = 0.
struct EntropyTerm {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T p) {
        return -p * log(p + 1e-10);
    }
};
/// How well the confidence in a prediction, and tanh of its uncertainty in nats, agree with whether
/// it is accurate and certain (1 or 0).
struct CalibrationTerm {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T confidence, T uncertainty, T accurate, T certain) {
        const T t = tanh(uncertainty);
        return where(accurate > T(0), confidence, 1 - confidence) * where(certain > T(0), 1 - t, t);
    }
};
}  // namespace ops

namespace requirement {
/// The likelihood of an objective whose calibration is trained.
template <bool Ok, class Likelihood>
struct class_probabilities : check {
    static_assert(
        Ok,
        "blue: accuracy versus uncertainty is about predictions of classes, see the likelihood in "
        "class_probabilities<...>: use Categorical, or one with probabilities(output)");
};
}  // namespace requirement

/// Options of `AccuracyVersusUncertainty`.
struct AccuracyVersusUncertaintyOptions {
    /// Weight of the loss, for each example of the data set.
    double weight = 3;
    /// The predictive entropy in nats from which a prediction is uncertain. Without it: the middle
    /// between the means over the accurate and over the inaccurate predictions of the batch.
    std::optional<double> threshold{};
};

namespace detail {

/// Probabilities of classes that the target counts from 0; a Bernoulli distribution's are something
/// else.
template <class Likelihood, class Output>
concept HasClassProbabilities = std::integral<typename Likelihood::target_type> &&
    requires(const Likelihood& likelihood, Output output) {
    likelihood.probabilities(output);
};

/// Which predictions of a batch are accurate, and which are certain.
struct Verdicts {
    std::vector<double> accurate, certain;
};
inline Verdicts judge(std::vector<double> accurate, const std::vector<double>& uncertainty,
                      const std::optional<double>& threshold) {
    double sums[2] = {}, counts[2] = {};
    for (std::size_t i = 0; i < accurate.size(); ++i) {
        sums[accurate[i] > 0] += uncertainty[i];
        counts[accurate[i] > 0] += 1;
    }
    // Where all are of one kind, their mean.
    const double means[] = {sums[0] / std::max(counts[0], 1.0), sums[1] / std::max(counts[1], 1.0)};
    const double kinds = (counts[0] > 0) + (counts[1] > 0);
    const double limit = threshold ? *threshold : (means[0] + means[1]) / kinds;
    Verdicts verdicts{std::move(accurate), {}};
    for (double u : uncertainty) verdicts.certain.push_back(u <= limit);
    return verdicts;
}

/// Numbers that are constant in backward, in the shape of another value.
template <class B, class Shape>
Var<B, Shape> constants(Var<B, Shape> like, const std::vector<double>& numbers) {
    using T = typename B::scalar;
    T* const copy = like.tape->template host_memory<T>(static_cast<Index>(numbers.size()));
    std::transform(numbers.begin(), numbers.end(), copy,
                   [](double number) { return static_cast<T>(number); });
    return like.tape->input_like(like, copy, like.samples());
}

/// The class of largest probability of each row.
template <class B, class Shape>
Labels<B> most_probable(Var<B, Shape> probabilities) {
    const auto host = probabilities.to_host();
    const Index classes = last_extent<Shape>, rows = static_cast<Index>(host.size()) / classes;
    auto* const labels = probabilities.tape->template host_memory<std::int32_t>(rows);
    for (Index row = 0; row < rows; ++row) {
        const auto first = host.begin() + row * classes;
        labels[row] = static_cast<std::int32_t>(std::max_element(first, first + classes) - first);
    }
    return {B::to_device(*probabilities.tape, labels, rows), rows};
}

/// log(1 + (n_AU + n_IC) / (n_AC + n_IU)) of one batch, a single number.
template <class B, class Shape>
auto accuracy_versus_uncertainty(Var<B, Shape> probabilities, Labels<B> target,
                                 const std::optional<double>& threshold) {
    const auto uncertainty = sum_last(elementwise(ops::EntropyTerm{}, probabilities));
    const auto confidence = pick(probabilities, most_probable(probabilities));
    const auto of_prediction = confidence.to_host(),
               of_target = pick(probabilities, target).to_host();
    std::vector<double> accurate, agrees;
    for (std::size_t i = 0; i < of_target.size(); ++i)
        accurate.push_back(of_target[i] == of_prediction[i]);
    const auto host = uncertainty.to_host();
    const Verdicts verdicts = judge(std::move(accurate), {host.begin(), host.end()}, threshold);
    for (std::size_t i = 0; i < of_target.size(); ++i)
        agrees.push_back(verdicts.accurate[i] == verdicts.certain[i]);
    const auto terms = elementwise(ops::CalibrationTerm{}, confidence, uncertainty,
                                   constants(uncertainty, verdicts.accurate),
                                   constants(uncertainty, verdicts.certain));
    const auto agreeing = sum(terms * constants(uncertainty, agrees));
    return -log(agreeing / (sum(terms) + 1e-10) + 1e-10);
}

}  // namespace detail

/// An objective for classes plus a calibration loss (Krishnan and Tickoo 2020), in nats for the
/// whole data set:
///
///     N weight log(1 + (n_AU + n_IC) / (n_AC + n_IU)),
///
/// where the n count the predictions of the batch that are accurate (A) or inaccurate (I), and
/// certain (C) or uncertain (U), in a way that has a gradient: by the confidence p (I: 1 - p) and
/// the tanh of the predictive entropy (C: 1 - tanh). It rewards being sure of what is right and
/// unsure of what is wrong:
///
///     AccuracyVersusUncertainty objective{Elbo{Categorical{}}, {.weight = 3}};
///
/// `total` of the loss contains it; the parts are those of the objective. Each call waits for the
/// device, because which predictions are accurate is decided on the host.
template <class Objective>
struct AccuracyVersusUncertainty : Objective {
    AccuracyVersusUncertaintyOptions calibration{};

    /// As the objective. Throws ValueError, too, for a weight or a threshold that is negative or
    /// not finite, and without a dataset size.
    template <class B, class Shape, class LogProbs, class Target>
    Loss<B> operator()(const VIReturn<Var<B, Shape>, LogProbs>& result, Target target,
                       std::optional<DatasetSize> size = {},
                       std::optional<TrainingStep> step = {}) {
        using Likelihood = decltype(Objective::likelihood);
        constexpr bool classifies = detail::HasClassProbabilities<Likelihood, Var<B, Shape>>;
        static_assert(requirement::class_probabilities<classifies, Likelihood>{});
        require_not_negative("AccuracyVersusUncertainty", "weight", calibration.weight);
        require_not_negative("AccuracyVersusUncertainty", "threshold",
                             calibration.threshold.value_or(0));
        Loss<B> loss = Objective::operator()(result, target, size, step);
        if constexpr (classifies) {
            const double n = detail::required_size(this->options.dataset_size, size);
            const auto probabilities = mean_samples(this->likelihood.probabilities(result.samples));
            loss.total = loss.total + n * calibration.weight *
                                          detail::accuracy_versus_uncertainty(
                                              probabilities, target, calibration.threshold);
        }
        return loss;
    }
};

template <class Objective>
AccuracyVersusUncertainty(Objective) -> AccuracyVersusUncertainty<Objective>;
template <class Objective>
AccuracyVersusUncertainty(Objective, AccuracyVersusUncertaintyOptions)
    -> AccuracyVersusUncertainty<Objective>;

}  // namespace blue
