// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions, and where their uncertainty comes from.
#pragma once

#include <blue/distributions/bernoulli.hpp>
#include <blue/distributions/categorical.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/metrics/uncertainty.hpp>
#include <blue/models/forward.hpp>
#include <blue/train/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
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
/// has one more axis: (N, T, C) and (N, T). For `Bernoulli` with outputs (T) that is (N, T, 2), the
/// probabilities of 0 and 1, and (N, T).
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

/// Predictive distributions over numbers. By the law of total variance: total = aleatoric (mean
/// over the draws of the variance of the target given the weights) + epistemic (variance over the
/// draws of its mean given the weights, with divisor S - 1; 0 for one draw).
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

namespace detail {

/// Adds up the probabilities of classes, draw by draw. \param shape of all of them, (N, ..., C).
class ClassPredictor {
public:
    explicit ClassPredictor(const std::vector<Index>& shape)
        : probabilities_(shape), expected_entropy_({shape.begin(), shape.end() - 1}) {}

    /// \param probabilities of one draw for the rows from `first_row` on.
    template <class T>
    void add(Index first_row, Index rows, const T* probabilities) {
        const Index count = probabilities_.shape().back();
        const Index begin = first_row * probabilities_.row_size();
        for (Index i = 0; i < rows * probabilities_.row_size(); ++i) {
            const double p = static_cast<double>(probabilities[i]);
            probabilities_[begin + i] += p;
            expected_entropy_[(begin + i) / count] += metrics::detail::entropy_term(p);
        }
    }
    ClassPrediction result(Index draws) const {
        const Index count = probabilities_.shape().back();
        const Array<double> zeros(expected_entropy_.shape());
        ClassPrediction prediction{probabilities_, zeros, expected_entropy_, zeros};
        for (double& p : prediction.probabilities) p /= static_cast<double>(draws);
        for (Index i = 0; i < zeros.size(); ++i) {
            double& total = prediction.predictive_entropy[i];
            for (Index c = 0; c < count; ++c)
                total += metrics::detail::entropy_term(prediction.probabilities[i * count + c]);
            prediction.expected_entropy[i] /= static_cast<double>(draws);
            // Jensen's inequality makes it non-negative; rounding may not.
            prediction.mutual_information[i] = std::fmax(0, total - prediction.expected_entropy[i]);
        }
        return prediction;
    }

private:
    Array<double> probabilities_, expected_entropy_;
};

/// Adds up means and variances of targets, draw by draw. \param shape of all targets, (N, ...).
class RealPredictor {
public:
    explicit RealPredictor(const std::vector<Index>& shape)
        : mean_(shape), variances_(shape), squares_(shape) {}

    /// \param means, variances in one draw for the rows from `first_row` on. Welford's update, so
    /// that small spreads around large means are not lost.
    template <class T, class U>
    void add(Index first_row, Index rows, const T* means, const U* variances, Index draw) {
        const double weight = 1 / static_cast<double>(draw + 1);
        for (Index i = 0; i < rows * mean_.row_size(); ++i) {
            const Index at = first_row * mean_.row_size() + i;
            const double difference = static_cast<double>(means[i]) - mean_[at];
            mean_[at] += difference * weight;
            squares_[at] += difference * (static_cast<double>(means[i]) - mean_[at]);
            variances_[at] += static_cast<double>(variances[i]);
        }
    }
    RealPrediction result(Index draws) const {
        RealPrediction prediction{mean_, variances_, squares_};
        for (double& v : prediction.aleatoric_variance) v /= static_cast<double>(draws);
        for (double& v : prediction.epistemic_variance)
            v /= static_cast<double>(std::max<Index>(draws - 1, 1));
        return prediction;
    }

private:
    Array<double> mean_, variances_, squares_;
};

/// A part of a prediction: neighbouring inputs in some draws.
struct Chunk {
    std::span<const Index> rows;
    Index first_draw, draws;
    Index first_row() const { return rows.front(); }
    Index batch() const { return static_cast<Index>(rows.size()); }
};

/// A value of some draws on the host. One sample, of what no random variable had a part in, stands
/// for all draws.
template <class T>
class ChunkValues {
public:
    template <class B, class Shape>
    explicit ChunkValues(Var<B, Shape> value)
        : numbers_(value.to_host()), stride_(value.samples() == 1 ? 0 : value.node->per_sample()) {}
    /// One number everywhere.
    ChunkValues(T number, Index count) : numbers_(static_cast<std::size_t>(count), number) {}

    const T* draw(Index s) const { return numbers_.data() + s * stride_; }
    const std::vector<T>& numbers() const { return numbers_; }

private:
    std::vector<T> numbers_;
    Index stride_ = 0;
};
template <class B, class Shape>
ChunkValues(Var<B, Shape>) -> ChunkValues<typename B::scalar>;

/// Throws NumericalError with the input and the draw of the first number that is not finite.
template <class B, class Shape>
ChunkValues<typename B::scalar> finite_values(Var<B, Shape> value, const Chunk& chunk) {
    ChunkValues values(value);
    const auto& numbers = values.numbers();
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!std::isfinite(numbers[i])) {
            const Index row = static_cast<Index>(i) / value.node->item;
            throw NumericalError("predict: expected finite outputs, got ", numbers[i],
                                 " for input ", chunk.first_row() + row % chunk.batch(),
                                 " in draw ", chunk.first_draw + row / chunk.batch(),
                                 " (counted from 0)");
        }
    return values;
}

/// (rows, extents...)
template <class Shape>
std::vector<Index> with_rows(Index rows) {
    std::vector<Index> shape{rows};
    shape.insert(shape.end(), Shape::extents.begin(), Shape::extents.end());
    return shape;
}

/// What adds up the draws of a likelihood's predictions for outputs of a shape.
template <class Shape, class Likelihood>
auto make_predictor(const Likelihood&, Index rows) {
    if constexpr (std::is_integral_v<typename Likelihood::target_type>)
        return ClassPredictor(with_rows<Shape>(rows));
    else
        return RealPredictor(with_rows<typename target_shape_of<Likelihood, Shape>::type>(rows));
}
/// Two classes for each outcome.
template <class Shape>
auto make_predictor(const Bernoulli&, Index rows) {
    std::vector<Index> shape = with_rows<Shape>(rows);
    shape.push_back(2);
    return ClassPredictor(shape);
}

template <class Likelihood, class B, class Shape>
void add_draws(ClassPredictor& predictor, const Likelihood& likelihood, Var<B, Shape> output,
               const Chunk& chunk) {
    const auto probabilities = finite_values(likelihood.probabilities(output), chunk);
    for (Index s = 0; s < chunk.draws; ++s)
        predictor.add(chunk.first_row(), chunk.batch(), probabilities.draw(s));
}
/// From logits, because 1 - p would lose what is small.
template <class B, class Shape>
void add_draws(ClassPredictor& predictor, const Bernoulli&, Var<B, Shape> output,
               const Chunk& chunk) {
    const auto logits = finite_values(output, chunk);
    std::vector<double> probabilities;
    for (Index s = 0; s < chunk.draws; ++s) {
        probabilities.clear();
        for (Index i = 0; i < output.node->per_sample(); ++i) {
            const double logit = static_cast<double>(logits.draw(s)[i]);
            probabilities.push_back(1 / (1 + std::exp(logit)));
            probabilities.push_back(1 / (1 + std::exp(-logit)));
        }
        predictor.add(chunk.first_row(), chunk.batch(), probabilities.data());
    }
}

/// The mean of the targets in each sample.
template <class Likelihood, class B, class Shape>
auto conditional_mean(const Likelihood& likelihood, Var<B, Shape> output) {
    if constexpr (requires { likelihood.mean(output); })
        return likelihood.mean(output);
    else
        return output;
}
/// The variance of the targets in each sample: a value on the tape, or one number.
template <class Likelihood, class B, class Shape>
auto conditional_variance(const Likelihood& likelihood, Var<B, Shape> output) {
    if constexpr (requires { likelihood.variance(output); })
        return likelihood.variance(output);
    else
        return 0.0;
}

template <class Likelihood, class B, class Shape>
void add_draws(RealPredictor& predictor, const Likelihood& likelihood, Var<B, Shape> output,
               const Chunk& chunk) {
    const auto means = finite_values(conditional_mean(likelihood, output), chunk);
    const auto variance = conditional_variance(likelihood, output);
    const auto variances = [&] {
        if constexpr (std::is_arithmetic_v<std::remove_const_t<decltype(variance)>>)
            return ChunkValues<double>(variance, static_cast<Index>(means.numbers().size()));
        else
            return finite_values(variance, chunk);
    }();
    for (Index s = 0; s < chunk.draws; ++s)
        predictor.add(chunk.first_row(), chunk.batch(), means.draw(s), variances.draw(s),
                      chunk.first_draw + s);
}

inline void require_at_least_one(const char* name, Index value) {
    if (value < 1) throw ValueError("predict: expected ", name, " of at least 1, got ", value);
}

/// Calls use(begin_pass, rows) for some rows of the inputs at a time; begin_pass() gives these
/// inputs on a tape that does not record, and forgets the pass before. Throws as `predict` does.
template <class M, class Use>
void for_each_batch(const Array<float>& inputs, Index batch_size, Use&& use) {
    using Input = blue::input_shape_of<M>;
    require_at_least_one("batch_size", batch_size);
    if (inputs.empty() || inputs.row_size() != Input::size)
        throw ShapeError("predict: the model expects ", Input::size,
                         " numbers per input, but the inputs have shape ",
                         to_string(inputs.shape()));
    check_all_finite(inputs, "inputs", "predict");
    Tape<backend_of<M>> tape;
    tape.recording = false;
    BatchBuffer<typename backend_of<M>::scalar> buffer;
    std::vector<Index> rows;
    for (Index first = 0; first < inputs.rows(); first += batch_size) {
        rows.resize(static_cast<std::size_t>(std::min(batch_size, inputs.rows() - first)));
        std::iota(rows.begin(), rows.end(), first);
        const auto* const values = buffer.gather(inputs, rows);
        const auto begin_pass = [&] {
            tape.reset();
            return tape.template input<Input>(values, static_cast<Index>(rows.size()));
        };
        use(begin_pass, std::span<const Index>(rows));
    }
}

/// What the number of samples of a pass must be a multiple of.
template <class M>
inline constexpr Index sample_multiple_of = [] {
    if constexpr (requires { M::sample_multiple; })
        return M::sample_multiple;
    else
        return Index{1};
}();

/// Runs a model on all inputs, some of them in some draws at a time: use(outputs, chunk). Throws as
/// `predict` does.
template <class M, class Use>
void for_each_chunk(const M& model, const Array<float>& inputs, const PredictOptions& options,
                    Use&& use) {
    // Members of an ensemble share the draws of a pass.
    constexpr Index multiple = sample_multiple_of<M>;
    require_at_least_one("samples", options.samples);
    require_at_least_one("samples_per_chunk", options.samples_per_chunk);
    if (options.samples % multiple != 0)
        throw ValueError("predict: expected a multiple of ", multiple, " samples, got ",
                         options.samples);
    const Index most = (options.samples_per_chunk + multiple - 1) / multiple * multiple;
    for_each_batch<M>(inputs, options.batch_size, [&](auto begin_pass, auto rows) {
        for (Index draw = 0, draws; draw < options.samples; draw += draws) {
            draws = std::min(most, options.samples - draw);
            const auto x = begin_pass();
            const auto result = forward<Scores::none>(model, *x.tape, x,
                                                      {.samples = draws,
                                                       .seed = options.seed,
                                                       .pass = prediction_pass,
                                                       .first_sample = draw,
                                                       .training = false});
            // Without random variables all draws are equal: one pass is enough.
            if (result.samples.samples() < draws) draws = options.samples;
            use(result.samples, Chunk{rows, draw, draws});
        }
    });
}

}  // namespace detail

/// Predicts with a trained model: the mean over draws of its weights, and the parts of the
/// uncertainty. Every input sees the same draws, and neither the number of threads nor
/// `samples_per_chunk` changes a bit; `batch_size` may change the last ones, because matrix
/// products of other sizes round differently. \param inputs (N, ...) with the model's number of
/// values per input. \return ClassPrediction for `Categorical` and `Bernoulli`, RealPrediction for
/// likelihoods over numbers. Throws ShapeError when the inputs do not fit, ValueError for options
/// below 1, NumericalError for inputs and outputs that are not finite.
template <class M, class Likelihood>
auto predict(const M& model, const Likelihood& likelihood, const Array<float>& inputs,
             const PredictOptions& options = {}) {
    static_assert(detail::output_check<Likelihood, M>{});
    auto predictor = detail::make_predictor<output_shape_of<M>>(likelihood, inputs.rows());
    detail::for_each_chunk(model, inputs, options, [&](auto output, const detail::Chunk& chunk) {
        detail::add_draws(predictor, likelihood, output, chunk);
    });
    return predictor.result(options.samples);
}

}  // namespace blue
