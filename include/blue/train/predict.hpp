// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions by a model for known inputs.
#pragma once

#include <blue/distributions/bernoulli.hpp>
#include <blue/distributions/categorical.hpp>
#include <blue/distributions/predictive.hpp>
#include <blue/models/forward.hpp>
#include <blue/train/dataset.hpp>
#include <blue/train/prediction.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
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

namespace detail {

/// A part of a prediction: neighbouring inputs in some draws.
struct Chunk {
    Index first_row, batch;  ///< of the inputs
    Index first_draw, draws;
};

/// A value of some draws on the host, until the tape is reset. One sample, of what no random
/// variable had a part in, stands for all draws.
template <class T>
class ChunkValues {
public:
    template <class B, class Shape>
    explicit ChunkValues(Var<B, Shape> value)
        : numbers_(B::to_host(*value.tape, value.node->value, value.node->size()),
                   static_cast<std::size_t>(value.node->size())),
          stride_(value.samples() == 1 ? 0 : value.node->per_sample()) {}

    const T* draw(Index s) const { return numbers_.data() + s * stride_; }
    std::span<const T> numbers() const { return numbers_; }

private:
    std::span<const T> numbers_;
    Index stride_;
};
template <class B, class Shape>
ChunkValues(Var<B, Shape>) -> ChunkValues<typename B::scalar>;

/// Throws NumericalError with the input and the draw of the first number that is not finite, or no
/// probability where these are expected.
template <class B, class Shape>
ChunkValues<typename B::scalar> finite_values(Var<B, Shape> value, const Chunk& chunk,
                                              bool are_probabilities = false) {
    using T = typename B::scalar;
    const ChunkValues values(value);
    const auto numbers = values.numbers();
    const T largest = std::numeric_limits<T>::max(), smallest = are_probabilities ? 0 : -largest;
    const auto is_wrong = [&](T x) { return !(x >= smallest) | !(x <= largest); };
    bool any_wrong = false;  // a loop without a way out, which is done in packs
    for (T x : numbers) any_wrong |= is_wrong(x);
    for (std::size_t i = 0; any_wrong && i < numbers.size(); ++i)
        if (is_wrong(numbers[i])) {
            const Index row = static_cast<Index>(i) / value.node->item;
            const bool finite = std::isfinite(numbers[i]);
            throw NumericalError(
                "predict: expected ", finite ? "probabilities of at least 0" : "finite outputs",
                ", got ", numbers[i], " for input ", chunk.first_row + row % chunk.batch,
                " in draw ", chunk.first_draw + row / chunk.batch, " (counted from 0)");
        }
    return values;
}

template <class Likelihood, class B, class Shape>
void add_draws(ClassPredictor& predictor, const Likelihood& likelihood, Var<B, Shape> output,
               const Chunk& chunk) {
    const auto probabilities = finite_values(likelihood.probabilities(output), chunk, true);
    for (Index s = 0; s < chunk.draws; ++s)
        predictor.add(chunk.first_row, chunk.batch, probabilities.draw(s));
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
        predictor.add(chunk.first_row, chunk.batch, probabilities.data());
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
    const auto add = [&](auto variances_of_draw) {
        for (Index s = 0; s < chunk.draws; ++s)
            predictor.add(chunk.first_row, chunk.batch, means.draw(s), variances_of_draw(s),
                          chunk.first_draw + s);
    };
    if constexpr (std::is_arithmetic_v<std::remove_const_t<decltype(variance)>>) {
        const std::vector<double> same(means.numbers().size(), variance);
        add([&](Index) { return same.data(); });
    } else {
        const auto variances = finite_values(variance, chunk);
        add([&](Index s) { return variances.draw(s); });
    }
}

inline void require_at_least_one(const char* name, Index value) {
    if (value < 1) throw ValueError("predict: expected ", name, " of at least 1, got ", value);
}

/// What adds up the draws of a likelihood's predictions.
template <class Likelihood>
struct sums_of_draws {
    static constexpr bool has_classes = std::is_integral_v<typename Likelihood::target_type>;
    using type = std::conditional_t<has_classes, ClassPredictor, RealPredictor>;
    template <class Shape>
    using result_shape = std::conditional_t<has_classes, std::type_identity<Shape>,
                                            target_shape_of<Likelihood, Shape>>;
    static constexpr Index last = 0;  ///< of one more axis
};
/// Two classes for each outcome.
template <>
struct sums_of_draws<Bernoulli> {
    using type = ClassPredictor;
    template <class Shape>
    using result_shape = std::type_identity<Shape>;
    static constexpr Index last = 2;
};

/// Predictions for all inputs, of which the outputs come in parts. The first part tells their
/// extents.
template <class Likelihood>
class PredictionInParts {
    using Kind = sums_of_draws<Likelihood>;

public:
    PredictionInParts(const Likelihood& likelihood, Index inputs)
        : likelihood_(likelihood), inputs_(inputs) {}

    template <class B, class Shape>
    void add(Var<B, Shape> output, const Chunk& chunk) {
        if (!sums_) {
            std::vector<Index> shape{inputs_};
            for (Index n :
                 extents_beside<typename Kind::template result_shape<Shape>::type>(output))
                shape.push_back(n);
            if (Kind::last > 0) shape.push_back(Kind::last);
            sums_.emplace(shape);
        }
        add_draws(*sums_, likelihood_, output, chunk);
    }
    auto result(Index draws) const { return sums_->result(draws); }

private:
    const Likelihood& likelihood_;
    Index inputs_;
    std::optional<typename Kind::type> sums_;
};

/// What predictions need beside their result.
template <class B>
struct PredictionMemory {
    Tape<B> tape;
    Batches<B, float, typename B::scalar> inputs;
    std::vector<typename B::scalar> noise;  ///< of `MomentPropagation`, the same for all inputs

    PredictionMemory() { tape.recording = false; }
};

/// Some neighbouring inputs.
template <class M>
class InputBatch {
    using B = backend_of<M>;
    using Input = blue::input_shape_of<M>;

public:
    InputBatch(PredictionMemory<B>& memory, const Array<float>& inputs, Index first_row, Index rows)
        : first_row(first_row),
          rows(rows),
          memory_(memory),
          inputs_(inputs),
          numbers_(memory.inputs.take(first_row, rows)) {}

    const Index first_row, rows;

    /// These inputs on a tape that does not record. Forgets the pass before.
    auto begin_pass() const {
        memory_.tape.reset();
        return memory_.tape.template input_in_place<Input>(
            numbers_, rows, extents_of_inputs<Input>(inputs_, "predict"));
    }
    /// To be called when a pass has been started: the next inputs can be copied meanwhile.
    void prepare_next() {
        const Index first = first_row + rows;
        if (!std::exchange(is_next_prepared_, true) && first < inputs_.rows())
            memory_.inputs.prepare(first, std::min(rows, inputs_.rows() - first));
    }

private:
    PredictionMemory<B>& memory_;
    const Array<float>& inputs_;
    const typename B::scalar* numbers_;
    bool is_next_prepared_ = false;
};

/// Calls use(batch) for all inputs, some at a time. Throws as `predict` does.
template <class M, class Use>
void for_each_batch(PredictionMemory<backend_of<M>>& memory, const Array<float>& inputs,
                    Index batch_size, Use&& use) {
    using Input = blue::input_shape_of<M>;
    require_at_least_one("batch_size", batch_size);
    extents_of_inputs<Input>(inputs, "predict");
    check_all_finite(inputs, "inputs", "predict");
    memory.inputs.begin(inputs);
    for (Index first = 0; first < inputs.rows(); first += batch_size) {
        InputBatch<M> batch(memory, inputs, first, std::min(batch_size, inputs.rows() - first));
        use(batch);
    }
}

/// What the number of samples of a pass must be a multiple of: what all children need, times the
/// number of parts among which a model shares the samples out.
template <class M, class Children = typename child_entries_of<M>::type>
inline constexpr Index sample_multiple_of = 1;
template <class M, class... Children>
inline constexpr Index sample_multiple_of<M, mp::mp_list<Children...>> = [] {
    Index multiple = 1;
    ((multiple = std::lcm(multiple, sample_multiple_of<typename Children::type>)), ...);
    if constexpr (requires { M::sample_multiple; }) multiple *= M::sample_multiple;
    return multiple;
}();

/// Runs a model on all inputs, some of them in some draws at a time: use(outputs, chunk). Throws as
/// `predict` does.
template <class M, class Use>
void for_each_chunk(PredictionMemory<backend_of<M>>& memory, const M& model,
                    const Array<float>& inputs, const PredictOptions& options, Use&& use) {
    // Members of an ensemble share the draws of a pass.
    constexpr Index multiple = sample_multiple_of<M>;
    require_at_least_one("samples", options.samples);
    require_at_least_one("samples_per_chunk", options.samples_per_chunk);
    if (options.samples % multiple != 0)
        throw ValueError("predict: expected a multiple of ", multiple, " samples, got ",
                         options.samples);
    const Index wanted = std::min(options.samples_per_chunk, options.samples);
    const Index most = (wanted + multiple - 1) / multiple * multiple;
    for_each_batch<M>(memory, inputs, options.batch_size, [&](InputBatch<M>& batch) {
        for (Index draw = 0, draws; draw < options.samples; draw += draws) {
            draws = std::min(most, options.samples - draw);
            const auto x = batch.begin_pass();
            const auto result = forward<Scores::none>(model, *x.tape, x,
                                                      {.samples = draws,
                                                       .seed = options.seed,
                                                       .pass = prediction_pass,
                                                       .first_sample = draw,
                                                       .training = false});
            // Without random variables all draws are equal: one pass is enough.
            if (result.samples.samples() < draws) draws = options.samples;
            batch.prepare_next();
            use(result.samples, Chunk{batch.first_row, batch.rows, draw, draws});
        }
    });
}

template <class M, class Likelihood>
auto predict_in(PredictionMemory<backend_of<M>>& memory, const M& model,
                const Likelihood& likelihood, const Array<float>& inputs,
                const PredictOptions& options) {
    PredictionInParts<Likelihood> prediction(likelihood, inputs.rows());
    for_each_chunk(memory, model, inputs, options,
                   [&](auto output, const Chunk& chunk) { prediction.add(output, chunk); });
    return prediction.result(options.samples);
}

}  // namespace detail

/// Predicts with a trained model: the mean over draws of its weights, and the parts of the
/// uncertainty. Every input sees the same draws, and neither the number of threads nor
/// `samples_per_chunk` changes a bit (but it decides on the order in which the members of an
/// `Ensemble` have their draws); `batch_size` may change the last ones, because matrix products of
/// other sizes round differently. \param inputs (N, ...) with the model's number of values per
/// input, or with its axes where an extent is dynamic. \return ClassPrediction for `Categorical`
/// and `Bernoulli`, RealPrediction for likelihoods over numbers. Throws ShapeError when the inputs
/// do not fit, ValueError for options below 1, NumericalError for inputs and outputs that are not
/// finite.
template <class M, class Likelihood>
auto predict(const M& model, const Likelihood& likelihood, const Array<float>& inputs,
             const PredictOptions& options = {}) {
    static_assert(detail::output_check<Likelihood, M>{});
    detail::PredictionMemory<backend_of<M>> memory;
    return detail::predict_in(memory, model, likelihood, inputs, options);
}

/// `predict` again and again with one model: the numbers are the same, and the memory of a
/// prediction serves the next one. It pays for few inputs at a time.
///
///     Predictor predictor(net, Categorical{}, MomentPropagation{});
///     const ClassPrediction prediction = predictor(inputs);
///
/// It refers to the model, whose present weights it uses. One thread at a time may call it; several
/// predictors may share a model. \tparam Options PredictOptions or MomentPropagation.
template <class M, class Likelihood, class Options = PredictOptions>
class Predictor {
    static_assert(detail::output_check<Likelihood, M>{});

public:
    Predictor(const M& model, Likelihood likelihood, Options options = {})
        : model_(model), likelihood_(likelihood), options_(options) {}
    Predictor(const M&& model, Likelihood, Options = {}) = delete;

    /// As `predict` with these inputs, also in its errors.
    auto operator()(const Array<float>& inputs) {
        return predict_in(memory_, model_, likelihood_, inputs, options_);
    }

private:
    const M& model_;
    Likelihood likelihood_;
    Options options_;
    detail::PredictionMemory<backend_of<M>> memory_;
};

}  // namespace blue
