// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions by a model for known inputs.
#pragma once

#include <blue/concepts/likelihood.hpp>
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

/// Gives the outputs of some draws to what adds them up.
template <class Sums, class Likelihood, class B, class Shape>
void add_draws(Sums& sums, const Likelihood& likelihood, Var<B, Shape> output, const Chunk& chunk) {
    if constexpr (std::is_same_v<Likelihood, Bernoulli>)
        sums.add_logits(output, chunk);
    else if constexpr (std::is_integral_v<typename Likelihood::target_type>)
        sums.add_probabilities(likelihood.probabilities(output), chunk);
    else
        sums.add_moments(conditional_mean(likelihood, output),
                         conditional_variance(likelihood, output), chunk);
}

inline void require_at_least_one(const char* name, Index value) {
    if (value < 1) throw ValueError("predict: expected ", name, " of at least 1, got ", value);
}

/// Whether a likelihood's predictions are probabilities of classes.
template <class Likelihood>
inline constexpr bool predicts_classes =
    std::is_integral_v<typename Likelihood::target_type> || std::is_same_v<Likelihood, Bernoulli>;

/// The shape of a likelihood's predictions for some inputs, of which a model gave an output.
template <class Likelihood, class B, class Shape>
std::vector<Index> prediction_shape(Index inputs, Var<B, Shape> output) {
    using Item = std::conditional_t<predicts_classes<Likelihood>, std::type_identity<Shape>,
                                    target_shape_of<Likelihood, Shape>>;
    std::vector<Index> shape{inputs};
    for (Index n : extents_beside<typename Item::type>(output)) shape.push_back(n);
    if (std::is_same_v<Likelihood, Bernoulli>) shape.push_back(2);
    return shape;
}

/// What adds up the draws of a likelihood's predictions of this shape.
template <class Likelihood, class B>
auto make_prediction_sums(const std::vector<Index>& shape,
                          typename prediction_sums<B>::Memory& memory) {
    if constexpr (predicts_classes<Likelihood>)
        return prediction_sums<B>::classes(shape, memory);
    else
        return prediction_sums<B>::numbers(shape, memory);
}

/// Predictions for all inputs, of which the outputs come in parts. The first part tells their
/// extents.
template <class Likelihood, class B>
class PredictionInParts {
    using Memory = typename prediction_sums<B>::Memory;

public:
    PredictionInParts(const Likelihood& likelihood, Index inputs, Memory& memory)
        : likelihood_(likelihood), inputs_(inputs), memory_(memory) {}

    template <class Shape>
    void add(Var<B, Shape> output, const Chunk& chunk) {
        if (!sums_)
            sums_.emplace(make_prediction_sums<Likelihood, B>(
                prediction_shape<Likelihood>(inputs_, output), memory_));
        add_draws(*sums_, likelihood_, output, chunk);
        draws_ = chunk.all_draws;
    }
    auto result() const { return sums_->result(draws_); }

private:
    const Likelihood& likelihood_;
    Index inputs_, draws_ = 0;
    Memory& memory_;
    std::optional<decltype(make_prediction_sums<Likelihood, B>({}, std::declval<Memory&>()))> sums_;
};

/// What predictions need beside their result.
template <class B>
struct PredictionMemory {
    Tape<B> tape;
    Batches<B, float, typename B::scalar> inputs;
    typename prediction_sums<B>::Memory sums;
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
            use(result.samples, Chunk{batch.first_row, batch.rows, draw, draws, options.samples});
        }
    });
}

template <class M, class Likelihood, class Options>
auto predict_in(PredictionMemory<backend_of<M>>& memory, const M& model,
                const Likelihood& likelihood, const Array<float>& inputs, const Options& options) {
    static_assert(
        requirement::likelihood<is_likelihood<Likelihood>, requirement::given<Likelihood>>{});
    if constexpr (is_likelihood<Likelihood>) {
        PredictionInParts<Likelihood, backend_of<M>> prediction(likelihood, inputs.rows(),
                                                                memory.sums);
        for_each_chunk(memory, model, inputs, options,
                       [&](auto output, const Chunk& chunk) { prediction.add(output, chunk); });
        return prediction.result();
    } else {  // after an error
        return ClassPrediction{};
    }
}

}  // namespace detail

/// Predicts with a trained model: the mean over draws of its weights, and the parts of the
/// uncertainty. Every input sees the same draws, and neither the number of threads nor
/// `samples_per_chunk` changes a bit (but it decides on the order in which the members of an
/// `Ensemble` have their draws); `batch_size` may change the last ones, because matrix products of
/// other sizes round differently.
/// \param inputs (N, ...) with the model's number of values per input, or with its axes where an
///   extent is dynamic.
/// \return ClassPrediction for `Categorical` and `Bernoulli`, RealPrediction for likelihoods over
///   numbers.
/// Throws ShapeError when the inputs do not fit, ValueError for options below 1, NumericalError for
/// inputs and outputs that are not finite.
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
/// predictors may share a model.
/// \tparam Options PredictOptions or MomentPropagation.
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
