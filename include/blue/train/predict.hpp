// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions, and where their uncertainty comes from.
#pragma once

#include <blue/distributions/categorical.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/models/forward.hpp>
#include <blue/train/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace blue {

/// How predictions are made.
struct PredictOptions {
    /// Number of draws of the weights.
    Index samples = 100;
    /// Inputs at a time.
    Index batch_size = 500;
    /// Draws at a time: memory for activations grows with it.
    Index samples_per_chunk = 4;
    Seed seed{0};
};

/// Predictive distributions over classes. Entropies in nats:
/// predictive entropy = expected entropy (noise in the data) + mutual information (unknown weights)
/// (Depeweg et al. 2018). A model that classifies several things per input, with outputs (T, C),
/// has one more axis: (N, T, C) and (N, T).
struct ClassPrediction {
    Array<double> probabilities;       ///< (N, C): mean over the draws
    Array<double> predictive_entropy;  ///< (N): total uncertainty
    Array<double> expected_entropy;    ///< (N): aleatoric part
    Array<double> mutual_information;  ///< (N): epistemic part
    /// The most probable class of each input, the first one when several are equal.
    std::vector<std::int32_t> classes() const {
        const Index count = probabilities.shape().back();
        std::vector<std::int32_t> result;
        for (Index i = 0; i < probabilities.size(); i += count) {
            const double* row = probabilities.data() + i;
            result.push_back(static_cast<std::int32_t>(std::max_element(row, row + count) - row));
        }
        return result;
    }
};

/// Predictive distributions over numbers. Variances: total = aleatoric (observation noise) +
/// epistemic (spread of the model's output over the draws, with divisor S - 1; 0 for one draw).
struct RealPrediction {
    Array<double> mean;                ///< (N, ...)
    Array<double> aleatoric_variance;  ///< (N, ...)
    Array<double> epistemic_variance;  ///< (N, ...)
    /// Standard deviation of the predictive distribution, (N, ...).
    Array<double> std() const {
        Array<double> result(mean.shape());
        for (Index i = 0; i < result.size(); ++i)
            result[i] = std::sqrt(aleatoric_variance[i] + epistemic_variance[i]);
        return result;
    }
};

/// Makes predictions of a model's outputs, draw by draw. A class template to specialise for own
/// likelihoods: `Predictor(shape of all outputs, (N, ...))`, `add(first row, rows, outputs, draw)`,
/// then `result(likelihood, number of draws)`.
template <class Likelihood>
class Predictor {
public:
    explicit Predictor(const std::vector<Index>& shape) : mean_(shape), squares_(shape) {}

    /// Welford's update, so that small spreads around large means are not lost.
    template <class T>
    void add(Index first_row, Index rows, const T* outputs, Index draw) {
        const double weight = 1 / static_cast<double>(draw + 1);
        for (Index i = 0; i < rows * mean_.row_size(); ++i) {
            const Index at = first_row * mean_.row_size() + i;
            const double difference = static_cast<double>(outputs[i]) - mean_[at];
            mean_[at] += difference * weight;
            squares_[at] += difference * (static_cast<double>(outputs[i]) - mean_[at]);
        }
    }
    RealPrediction result(const Likelihood& likelihood, Index draws) const {
        RealPrediction prediction{mean_, Array<double>(mean_.shape()), squares_};
        for (Index i = 0; i < mean_.size(); ++i) {
            if constexpr (requires { likelihood.noise_variance(); })
                prediction.aleatoric_variance[i] = likelihood.noise_variance();
            prediction.epistemic_variance[i] /= static_cast<double>(std::max<Index>(draws - 1, 1));
        }
        return prediction;
    }

private:
    Array<double> mean_, squares_;
};

template <>
class Predictor<Categorical> {
public:
    explicit Predictor(const std::vector<Index>& shape)
        : probabilities_(shape), expected_entropy_({shape.begin(), shape.end() - 1}) {}

    /// \param probabilities of one draw, classes on the last axis.
    template <class T>
    void add(Index first_row, Index rows, const T* probabilities, Index) {
        const Index count = probabilities_.shape().back();
        const Index begin = first_row * probabilities_.row_size();
        for (Index i = 0; i < rows * probabilities_.row_size(); ++i) {
            const double p = static_cast<double>(probabilities[i]);
            probabilities_[begin + i] += p;
            expected_entropy_[(begin + i) / count] += entropy(p);
        }
    }
    ClassPrediction result(const Categorical&, Index draws) const {
        const Index count = probabilities_.shape().back();
        const Array<double> zeros(expected_entropy_.shape());
        ClassPrediction prediction{probabilities_, zeros, expected_entropy_, zeros};
        for (double& p : prediction.probabilities) p /= static_cast<double>(draws);
        for (Index i = 0; i < zeros.size(); ++i) {
            double& total = prediction.predictive_entropy[i];
            for (Index c = 0; c < count; ++c)
                total += entropy(prediction.probabilities[i * count + c]);
            prediction.expected_entropy[i] /= static_cast<double>(draws);
            // Jensen's inequality makes it non-negative; rounding may not.
            prediction.mutual_information[i] = std::fmax(0, total - prediction.expected_entropy[i]);
        }
        return prediction;
    }

private:
    static double entropy(double p) { return p > 0 ? -p * std::log(p) : 0; }
    Array<double> probabilities_, expected_entropy_;
};

namespace detail {
/// What a predictor adds up: probabilities for classes, the output itself for numbers.
template <class B, class Shape>
auto predictive_output(const Categorical& likelihood, Var<B, Shape> output) {
    return likelihood.probabilities(output);
}
template <class Likelihood, class B, class Shape>
auto predictive_output(const Likelihood&, Var<B, Shape> output) {
    return output;
}

/// (rows, extents...)
template <class Shape>
std::vector<Index> with_rows(Index rows) {
    std::vector<Index> shape{rows};
    shape.insert(shape.end(), Shape::extents.begin(), Shape::extents.end());
    return shape;
}

inline void check_predict_options(const PredictOptions& options) {
    const auto positive = [](const char* name, Index value) {
        if (value < 1) throw ValueError("predict: expected ", name, " of at least 1, got ", value);
    };
    positive("samples", options.samples);
    positive("batch_size", options.batch_size);
    positive("samples_per_chunk", options.samples_per_chunk);
}

/// Throws NumericalError with the input and the draw of the first output that is not finite.
template <class T>
void check_outputs(const std::vector<T>& outputs, Index item, Index batch, Index first_row,
                   Index first_draw) {
    for (std::size_t i = 0; i < outputs.size(); ++i)
        if (!std::isfinite(outputs[i])) {
            const Index row = static_cast<Index>(i) / item;
            throw NumericalError("predict: expected finite outputs, got ", outputs[i],
                                 " for input ", first_row + row % batch, " in draw ",
                                 first_draw + row / batch, " (counted from 0)");
        }
}

}  // namespace detail

/// Predicts with a trained model: the mean over draws of its weights, and the parts of the
/// uncertainty. Every input sees the same draws, and neither the number of threads nor
/// `samples_per_chunk` changes a bit; `batch_size` may change the last ones, because matrix
/// products of other sizes round differently. \param inputs (N, ...) with the model's number of
/// values per input. \return ClassPrediction for `Categorical`, RealPrediction for likelihoods over
/// numbers. Throws ShapeError when the inputs do not fit, ValueError for options below 1,
/// NumericalError for inputs and outputs that are not finite.
template <class M, class Likelihood>
auto predict(const M& model, const Likelihood& likelihood, const Array<float>& inputs,
             const PredictOptions& options = {}) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    using Input = input_shape_of<M>;
    detail::check_predict_options(options);
    if (inputs.empty() || inputs.row_size() != Input::size)
        throw ShapeError("predict: the model expects ", Input::size,
                         " numbers per input, but the inputs have shape ",
                         to_string(inputs.shape()));
    check_all_finite(inputs, "inputs", "predict");
    Tape<B> tape;
    tape.recording = false;
    BatchBuffer<T> buffer;
    std::vector<Index> rows;
    Predictor<Likelihood> predictor(detail::with_rows<output_shape_of<M>>(inputs.rows()));
    for (Index first = 0; first < inputs.rows(); first += options.batch_size) {
        rows.resize(static_cast<std::size_t>(std::min(options.batch_size, inputs.rows() - first)));
        std::iota(rows.begin(), rows.end(), first);
        const Index batch = static_cast<Index>(rows.size());
        const T* const values = buffer.gather(inputs, rows);
        for (Index draw = 0, next; draw < options.samples; draw = next) {
            tape.reset();
            const Index samples = std::min(options.samples_per_chunk, options.samples - draw);
            const auto x = tape.template input<Input>(values, batch);
            const auto result = forward<Scores::none>(model, tape, x,
                                                      {.samples = samples,
                                                       .seed = options.seed,
                                                       .pass = detail::prediction_pass,
                                                       .first_sample = draw});
            const auto output = detail::predictive_output(likelihood, result.samples);
            const std::vector<T> host = output.to_host();
            detail::check_outputs(host, output.node->item, batch, first, draw);
            // Without random variables all draws are equal: one pass is enough.
            const bool same = output.samples() < samples;
            next = same ? options.samples : draw + samples;
            for (Index s = draw; s < next; ++s)
                predictor.add(first, batch,
                              host.data() + (same ? 0 : (s - draw) * output.node->per_sample()), s);
        }
    }
    return predictor.result(likelihood, options.samples);
}

}  // namespace blue
