// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions and evaluations of all kinds, on any backend.
#pragma once

#include "backends/cuda/models.hpp"

#include <blue/distributions/bernoulli.hpp>
#include <blue/distributions/counts.hpp>
#include <blue/distributions/heteroscedastic_gaussian.hpp>
#include <blue/estimators/moment_propagation.hpp>
#include <blue/train/evaluate.hpp>

namespace blue_test {

template <class B, blue::Index Outputs>
using Dense = blue::Sequential<blue::Linear<3, 8, MeanFieldNormal, MeanFieldNormal, B>, blue::Tanh,
                               blue::Linear<8, Outputs, MeanFieldNormal, MeanFieldNormal, B>>;

/// No random variables: one sample stands for all draws.
template <class B>
using Certain = blue::Sequential<blue::Linear<3, 6, blue::NonBayesian, blue::UniformPrior, B>>;

/// Two classifications into three classes per input.
template <class B>
struct TwoRows : blue::Sequential<blue::Linear<3, 3, MeanFieldNormal, MeanFieldNormal, B>> {
    using blue::Sequential<blue::Linear<3, 3, MeanFieldNormal, MeanFieldNormal, B>>::Sequential;
    using input_shape = blue::shape<2, 3>;
};

inline blue::Array<float> inputs_of(blue::Index n, blue::Index width = 3) {
    return {{n, width}, numbers<float>(n * width)};
}

inline std::vector<double> list(const blue::Array<double>& array) {
    return {array.begin(), array.end()};
}
inline void append(std::vector<double>& all, const blue::ClassPrediction& prediction) {
    for (const auto* part : {&prediction.probabilities, &prediction.predictive_entropy,
                             &prediction.expected_entropy, &prediction.mutual_information})
        all.insert(all.end(), part->begin(), part->end());
}
inline void append(std::vector<double>& all, const blue::RealPrediction& prediction) {
    for (const auto* part :
         {&prediction.mean, &prediction.aleatoric_variance, &prediction.epistemic_variance})
        all.insert(all.end(), part->begin(), part->end());
}

/// Calls use(model, likelihood, inputs, targets of one input) for predictions of all kinds.
template <class B, class Use>
void for_all_likelihoods(Use&& use) {
    using namespace blue;
    const Array<float> inputs = inputs_of(23);
    const Dense<B, 6> net{Seed{1}};
    use(net, Categorical{}, inputs, 1);
    use(net, Categorical{.input = Categorical::Input::logits}, inputs, 1);
    use(TwoRows<B>{Seed{2}}, Categorical{}, inputs_of(23, 6), 2);
    use(net, Bernoulli{}, inputs, 6);
    use(net, Gaussian{.std = 0.3}, inputs, 6);
    use(net, HeteroscedasticGaussian{.min_std = 0.1}, inputs, 3);
    use(net, StudentT{.df = 5}, inputs, 6);
    use(net, Poisson{}, inputs, 6);
    use(net, PointEstimate{}, inputs, 6);
    use(Certain<B>{Seed{3}}, Categorical{}, inputs, 1);
    use(Certain<B>{Seed{3}}, Gaussian{}, inputs, 6);
}

/// All numbers of all of them, in batches and chunks that do not divide evenly.
template <class B>
std::vector<double> all_predictions() {
    std::vector<double> all;
    for_all_likelihoods<B>([&](const auto& net, const auto& likelihood, const auto& inputs, int) {
        append(all, predict(net, likelihood, inputs,
                            blue::PredictOptions{
                                .samples = 5, .batch_size = 10, .samples_per_chunk = 2}));
        append(all, predict(net, likelihood, inputs,
                            blue::MomentPropagation{.output_samples = 7, .batch_size = 10}));
    });
    return all;
}

inline void append(std::vector<double>& all, const blue::ClassReport& report) {
    all.insert(all.end(),
               {report.accuracy, report.negative_log_likelihood, report.expected_calibration_error,
                report.predictive_entropy, report.mutual_information});
}
inline void append(std::vector<double>& all, const blue::RealReport& report) {
    // A list that is compared has no NaN.
    const bool has_density = !std::isnan(report.negative_log_likelihood);
    all.insert(all.end(), {report.root_mean_squared_error, has_density ? 1.0 : 0.0,
                           has_density ? report.negative_log_likelihood : 0});
}

/// Targets that the likelihoods allow: the numbers 0, 1, 2 or 0, 1 in turn.
template <class Likelihood>
auto targets_of(const Likelihood&, blue::Index n, blue::Index per_input) {
    blue::Array<typename Likelihood::target_type> targets({n, per_input});
    const int kinds = std::is_same_v<Likelihood, blue::Bernoulli> ? 2 : 3;
    for (blue::Index i = 0; i < targets.size(); ++i)
        targets[i] = static_cast<typename Likelihood::target_type>(i * i % 7 % kinds);
    return targets;
}

/// All reports of all likelihoods.
template <class B>
std::vector<double> all_reports() {
    std::vector<double> all;
    for_all_likelihoods<B>([&](const auto& net, const auto& likelihood, const auto& inputs,
                               int targets) {
        const blue::Dataset<typename std::remove_cvref_t<decltype(likelihood)>::target_type> data{
            inputs, targets_of(likelihood, inputs.rows(), targets)};
        append(all, evaluate(net, likelihood, data,
                             blue::PredictOptions{
                                 .samples = 5, .batch_size = 10, .samples_per_chunk = 2}));
        append(all, evaluate(net, likelihood, data,
                             blue::MomentPropagation{.output_samples = 7, .batch_size = 10}));
    });
    return all;
}

}  // namespace blue_test
