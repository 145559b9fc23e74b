// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Quality of a model's predictions on a data set.
#pragma once

#include <blue/metrics/calibration.hpp>
#include <blue/metrics/classification.hpp>
#include <blue/metrics/regression.hpp>
#include <blue/train/predict.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>

namespace blue {

/// Quality of predicted classes.
struct ClassReport {
    double accuracy;                    ///< share of right predictions
    double negative_log_likelihood;     ///< nats per example
    double expected_calibration_error;  ///< Guo et al. 2017, 15 bins
    double predictive_entropy;          ///< mean, nats
    double mutual_information;          ///< mean, nats: the part that more data would remove
};

/// Quality of predicted numbers.
struct RealReport {
    double root_mean_squared_error;
    /// Nats per number, of a normal with the predictive mean and standard deviation. NaN when such
    /// a standard deviation is 0, as without random variables and observation noise: then there is
    /// no density.
    double negative_log_likelihood;
};

/// The arithmetic mean.
inline double mean_of(const Array<double>& values) {
    double total = 0;
    for (double value : values) total += value;
    return total / static_cast<double>(values.size());
}

/// The quality of given predictions. \param labels as many as predictions. Throws ShapeError when
/// they are not, and ValueError for labels that are no class.
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
/// The quality of given predictions. \param targets as many as predictions. Throws ShapeError when
/// they are not, and ValueError for targets that are not finite.
template <class Target>
RealReport evaluate(const RealPrediction& prediction, Array<Target> targets) {
    if (targets.size() == prediction.mean.size()) targets.reshape(prediction.mean.shape());
    RealReport report{metrics::root_mean_squared_error(prediction.mean, targets),
                      std::numeric_limits<double>::quiet_NaN()};
    const Array<double> std = prediction.std();
    if (*std::min_element(std.begin(), std.end()) > 0)
        report.negative_log_likelihood =
            metrics::normal_negative_log_likelihood(prediction.mean, std, targets);
    return report;
}

/// Predicts and compares with the targets: ClassReport for `Categorical`, else RealReport. Errors
/// as in `check_examples` and `predict`.
template <class M, class Likelihood, class Target>
auto evaluate(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
              const PredictOptions& options = {}) {
    check_examples<M, Likelihood>(data, "evaluate");
    return evaluate(predict(model, likelihood, data.inputs, options), data.targets);
}

}  // namespace blue
