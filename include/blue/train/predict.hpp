// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions, and where their uncertainty comes from.
#pragma once

#include <blue/distributions/categorical.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/models/forward.hpp>
#include <blue/train/dataset.hpp>

#include <cmath>

namespace blue {

/// How predictions are made.
struct PredictOptions {
    /// Number of draws of the weights.
    Index samples = 100;
    /// Inputs at a time.
    Index batch_size = 500;
    /// Draws at a time: memory for activations grows with it, results do not depend on it.
    Index samples_per_chunk = 4;
    Seed seed{0};
};

/// Predictive distributions over classes. Entropies in nats:
/// predictive entropy = expected entropy (noise in the data) + mutual information (unknown weights)
/// (Depeweg et al. 2018).
struct ClassPrediction {
    Array<double> probabilities;        ///< (N, C): mean over the draws
    Array<double> predictive_entropy;   ///< (N): total uncertainty
    Array<double> expected_entropy;     ///< (N): aleatoric part
    Array<double> mutual_information;   ///< (N): epistemic part
    /// The most probable class of each input.
    std::vector<std::int32_t> classes() const {
        std::vector<std::int32_t> result;
        for (Index i = 0; i < probabilities.rows(); ++i) {
            const double* row = probabilities.row(i);
            result.push_back(static_cast<std::int32_t>(
                std::max_element(row, row + probabilities.row_size()) - row));
        }
        return result;
    }
};

/// Predictive distributions over numbers. Variances: total = aleatoric (observation noise) + epistemic
/// (spread of the model's output over the draws).
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

/// Adds up a model's outputs, draw by draw, to predictions: a class template to specialise for own
/// likelihoods. `add(likelihood, first row, outputs of some draws)`, then `result(number of draws)`.
template <class Likelihood>
class Predictor {
public:
    Predictor(Index rows, Index item) : mean_({rows, item}), squares_({rows, item}) {}

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
    Predictor(Index rows, Index item) : probabilities_({rows, item}), expected_entropy_({rows}) {}

    /// \param probabilities of one draw, rows x classes.
    template <class T>
    void add(Index first_row, Index rows, const T* probabilities, Index) {
        const Index classes = probabilities_.row_size();
        for (Index i = 0; i < rows; ++i)
            for (Index c = 0; c < classes; ++c) {
                const double p = static_cast<double>(probabilities[i * classes + c]);
                probabilities_.row(first_row + i)[c] += p;
                expected_entropy_[first_row + i] += entropy(p);
            }
    }
    ClassPrediction result(const Categorical&, Index draws) const {
        const Index rows = probabilities_.rows(), classes = probabilities_.row_size();
        ClassPrediction prediction{probabilities_, Array<double>({rows}), expected_entropy_,
                                   Array<double>({rows})};
        for (Index i = 0; i < rows; ++i) {
            double* const p = prediction.probabilities.row(i);
            double total = 0;
            for (Index c = 0; c < classes; ++c) {
                p[c] /= static_cast<double>(draws);
                total += entropy(p[c]);
            }
            prediction.predictive_entropy[i] = total;
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
}  // namespace detail

/// Predicts with a trained model: the mean over draws of its weights, and the parts of the uncertainty.
/// Every input sees the same draws. \param inputs (N, ...) with the model's number of values per input.
/// \return ClassPrediction for `Categorical`, RealPrediction for likelihoods over numbers.
/// Throws ShapeError when the inputs do not fit, ValueError for options below 1.
template <class M, class Likelihood>
auto predict(const M& model, const Likelihood& likelihood, const Array<float>& inputs,
             const PredictOptions& options = {}) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    using Input = input_shape_of<M>;
    if (options.samples < 1 || options.batch_size < 1 || options.samples_per_chunk < 1)
        throw ValueError("predict: expected samples, batch_size and samples_per_chunk of at least 1");
    if (inputs.empty() || inputs.row_size() != Input::size)
        throw ShapeError("predict: the model expects " + std::to_string(Input::size) +
                         " numbers per input, but the inputs have shape " + to_string(inputs.shape()));
    Tape<B> tape;
    tape.recording = false;
    BatchBuffer<T> buffer;
    std::vector<Index> rows;
    std::optional<Predictor<Likelihood>> predictor;
    for (Index first = 0; first < inputs.rows(); first += options.batch_size) {
        rows.resize(static_cast<std::size_t>(std::min(options.batch_size, inputs.rows() - first)));
        std::iota(rows.begin(), rows.end(), first);
        const Index batch = static_cast<Index>(rows.size());
        const T* const values = buffer.gather(inputs, rows);
        for (Index draw = 0; draw < options.samples; draw += options.samples_per_chunk) {
            tape.reset();
            const Index samples = std::min(options.samples_per_chunk, options.samples - draw);
            const auto x = tape.template input<Input>(values, batch);
            const auto result = forward<Scores::none>(
                model, tape, x,
                {.samples = samples, .seed = options.seed, .pass = detail::prediction_pass,
                 .first_sample = draw});
            const auto output = detail::predictive_output(likelihood, result.samples);
            const Index item = output.node->item;
            if (!predictor) predictor.emplace(inputs.rows(), item);
            const std::vector<T> host = output.to_host();
            for (Index s = 0; s < samples; ++s)
                predictor->add(first, batch,
                               host.data() + (output.samples() == 1 ? 0 : s) * batch * item, draw + s);
        }
    }
    return predictor->result(likelihood, options.samples);
}

}  // namespace blue
