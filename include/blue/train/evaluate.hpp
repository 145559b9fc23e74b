// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Quality of a model's predictions on a data set.
#pragma once

#include <blue/metrics/calibration.hpp>
#include <blue/metrics/classification.hpp>
#include <blue/metrics/regression.hpp>
#include <blue/train/predict.hpp>

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
    double negative_log_likelihood;  ///< nats per number, of a normal with the predictive mean and std
};

inline double mean_of(const Array<double>& values) {
    double total = 0;
    for (double value : values) total += value;
    return total / static_cast<double>(values.size());
}

/// The quality of given predictions.
inline ClassReport evaluate(const ClassPrediction& prediction, const Array<std::int32_t>& labels) {
    const Array<double>& p = prediction.probabilities;
    return {metrics::accuracy(p, labels), metrics::negative_log_likelihood(p, labels),
            metrics::expected_calibration_error(p, labels), mean_of(prediction.predictive_entropy),
            mean_of(prediction.mutual_information)};
}
inline RealReport evaluate(const RealPrediction& prediction, Array<float> targets) {
    targets.reshape(prediction.mean.shape());
    return {metrics::root_mean_squared_error(prediction.mean, targets),
            metrics::normal_negative_log_likelihood(prediction.mean, prediction.std(), targets)};
}

/// Predicts and compares with the targets: ClassReport for `Categorical`, else RealReport.
template <class M, class Likelihood, class Target>
auto evaluate(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
              const PredictOptions& options = {}) {
    check_dataset(data, input_shape_of<M>::size, "evaluate");
    return evaluate(predict(model, likelihood, data.inputs, options), data.targets);
}

}  // namespace blue
