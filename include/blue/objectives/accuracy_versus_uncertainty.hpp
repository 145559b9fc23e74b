// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The accuracy-versus-uncertainty calibration loss, added to an objective.
#pragma once

#include <blue/objectives/loss.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/verdicts_args.hpp>

#include <concepts>
#include <cstdint>

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

// Not inlined: g++ 12 would warn that a threshold is used that nobody gave.
[[gnu::noinline]] inline void require_calibration(const AccuracyVersusUncertaintyOptions& options) {
    require_not_negative("AccuracyVersusUncertainty", "weight", options.weight);
    require_not_negative("AccuracyVersusUncertainty", "threshold", options.threshold.value_or(0));
}

/// Probabilities of classes that the target counts from 0; a Bernoulli distribution's are something
/// else.
template <class Likelihood, class Output>
concept HasClassProbabilities = std::integral<typename Likelihood::target_type> &&
    requires(const Likelihood& likelihood, Output output) {
    likelihood.probabilities(output);
};

/// The class of largest probability of each row.
template <class B, class Shape>
Labels<B> most_probable_labels(Var<B, Shape> probabilities) {
    const Index classes = last_extent<Shape>, rows = probabilities.node->size() / classes;
    auto* const labels = probabilities.tape->template device_memory<std::int32_t>(rows);
    most_probable(*probabilities.tape,
                  static_cast<const typename B::scalar*>(probabilities.node->value), rows, classes,
                  labels);
    return {labels, rows};
}

/// log(1 + (n_AU + n_IC) / (n_AC + n_IU)) of one batch, a single number.
template <class B, class Shape>
auto accuracy_versus_uncertainty(Var<B, Shape> probabilities, Labels<B> target,
                                 const std::optional<double>& threshold) {
    Tape<B>& tape = *probabilities.tape;
    const auto uncertainty = sum_last(elementwise(ops::EntropyTerm{}, probabilities));
    const auto confidence = pick(probabilities, most_probable_labels(probabilities));
    const auto of_target = pick(probabilities, target);
    // Constant in backward.
    const auto constants = [&] {
        const Node<B>& like = *uncertainty.node;
        auto numbers = uncertainty;
        numbers.node = tape.node(like.samples, like.batch, like.item, false);
        return numbers;
    };
    const auto accurate = constants(), certain = constants(), agrees = constants();
    judge(tape,
          VerdictsArgs<B>{confidence.node->value, of_target.node->value, uncertainty.node->value,
                          uncertainty.node->size(), threshold.has_value(), threshold.value_or(0),
                          accurate.node->value, certain.node->value, agrees.node->value});
    const auto terms =
        elementwise(ops::CalibrationTerm{}, confidence, uncertainty, accurate, certain);
    const auto agreeing = sum(terms * agrees);
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
/// `total` of the loss contains it; the parts are those of the objective.
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
        detail::require_calibration(calibration);
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
