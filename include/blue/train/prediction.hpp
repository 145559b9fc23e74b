// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is predicted, and where its uncertainty comes from.
#pragma once

#include <blue/math/math.hpp>
#include <blue/metrics/uncertainty.hpp>
#include <blue/tensor/tape.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

namespace blue {

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
        for (Index i = 0; i < probabilities.size(); i += count)
            result.push_back(static_cast<std::int32_t>(
                metrics::detail::largest_of(probabilities.data() + i, count)));
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

/// A part of a prediction: neighbouring inputs in some draws.
struct Chunk {
    Index first_row, batch;  ///< of the inputs
    Index first_draw, draws;
    Index all_draws;
    bool is_first() const { return first_draw == 0; }
    bool is_last() const { return first_draw + draws == all_draws; }
};

/// Whether a number is not finite, or no probability where these are expected.
template <class T>
struct IsWrong {
    static constexpr T largest = std::numeric_limits<T>::max();
    T smallest;
    explicit IsWrong(bool are_probabilities) : smallest(are_probabilities ? 0 : -largest) {}
    BLUE_HOST_DEVICE bool operator()(T x) const { return !(x >= smallest) | !(x <= largest); }
};

/// \param i place of a wrong number among those of a chunk, `item` for each input.
[[noreturn]] inline void throw_wrong_output(double number, Index i, Index item,
                                            const Chunk& chunk) {
    const Index row = i / item;
    throw NumericalError("predict: expected ",
                         std::isfinite(number) ? "probabilities of at least 0" : "finite outputs",
                         ", got ", number, " for input ", chunk.first_row + row % chunk.batch,
                         " in draw ", chunk.first_draw + row / chunk.batch, " (counted from 0)");
}

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
    const ChunkValues values(value);
    const auto numbers = values.numbers();
    const Index wrong = first_where(numbers.data(), static_cast<Index>(numbers.size()),
                                    IsWrong<typename B::scalar>(are_probabilities));
    if (wrong >= 0)
        throw_wrong_output(static_cast<double>(numbers[static_cast<std::size_t>(wrong)]), wrong,
                           value.node->item, chunk);
    return values;
}

/// Adds up the probabilities of classes, draw by draw. \param shape of all of them, (N, ..., C).
class ClassPredictor {
public:
    explicit ClassPredictor(const std::vector<Index>& shape)
        : probabilities_(shape), expected_entropy_({shape.begin(), shape.end() - 1}) {}

    template <class B, class Shape>
    void add_probabilities(Var<B, Shape> value, const Chunk& chunk) {
        const auto probabilities = finite_values(value, chunk, true);
        add(chunk, [&](Index s) { return probabilities.draw(s); });
    }
    /// Of two outcomes.
    template <class B, class Shape>
    void add_logits(Var<B, Shape> value, const Chunk& chunk) {
        const auto logits = finite_values(value, chunk);
        using S = math::NativePack<double>;
        const Index count = value.node->per_sample();
        std::vector<double> padded(static_cast<std::size_t>(count + S::lanes));
        std::vector<double> probabilities(2 * padded.size());
        add(chunk, [&](Index s) {
            std::copy_n(logits.draw(s), count, padded.data());
            double* to = probabilities.data();
            for (Index i = 0; i < count; i += S::lanes) {
                const S logit = S::load(padded.data() + i);
                const S of_0 = metrics::detail::outcome_probabilities(logit),
                        of_1 = metrics::detail::outcome_probabilities(-logit);
                for (int lane = 0; lane < S::lanes; ++lane) {
                    *to++ = of_0[lane];
                    *to++ = of_1[lane];
                }
            }
            return probabilities.data();
        });
    }
    /// The draws of some inputs follow each other. \param probabilities probabilities(s) in draw s
    template <class Probabilities>
    void add(const Chunk& chunk, Probabilities probabilities) {
        using S = math::NativePack<double>;
        const Index classes = probabilities_.shape().back();
        const Index count = chunk.batch * probabilities_.row_size();
        const Index begin = chunk.first_row * probabilities_.row_size();
        const auto padded = static_cast<std::size_t>((count + S::lanes - 1) / S::lanes * S::lanes);
        draw_.resize(padded);
        if (chunk.is_first()) entropy_terms_.assign(padded, 0.0);
        for (Index s = 0; s < chunk.draws; ++s) {
            std::copy_n(probabilities(s), count, draw_.data());
            for (Index i = 0; i < count; ++i) probabilities_.data()[begin + i] += draw_.data()[i];
            for (Index i = 0; i < count; i += S::lanes) {
                double* const sums = entropy_terms_.data() + i;
                (S::load(sums) + metrics::detail::entropy_terms(S::load(draw_.data() + i)))
                    .store(sums);
            }
        }
        if (!chunk.is_last()) return;
        for (Index i = 0; i < count; ++i)
            expected_entropy_[(begin + i) / classes] += entropy_terms_.data()[i];
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
            prediction.mutual_information[i] =
                metrics::detail::information(total, prediction.expected_entropy[i]);
        }
        return prediction;
    }

private:
    Array<double> probabilities_, expected_entropy_;
    std::vector<double> draw_, entropy_terms_;  ///< of some inputs; the terms are sums over draws
};

/// Adds up means and variances of targets, draw by draw. \param shape of all targets, (N, ...).
class RealPredictor {
public:
    explicit RealPredictor(const std::vector<Index>& shape)
        : mean_(shape), variances_(shape), squares_(shape) {}

    /// \param variance a value on the tape, or one number.
    template <class B, class Shape, class Variance>
    void add_moments(Var<B, Shape> mean, Variance variance, const Chunk& chunk) {
        const auto means = finite_values(mean, chunk);
        const auto add_all = [&](auto variances_of_draw) {
            for (Index s = 0; s < chunk.draws; ++s)
                add(chunk.first_row, chunk.batch, means.draw(s), variances_of_draw(s),
                    chunk.first_draw + s);
        };
        if constexpr (std::is_arithmetic_v<Variance>) {
            const std::vector<double> same(means.numbers().size(), variance);
            add_all([&](Index) { return same.data(); });
        } else {
            const auto variances = finite_values(variance, chunk);
            add_all([&](Index s) { return variances.draw(s); });
        }
    }
    /// \param means, variances in one draw for the rows from `first_row` on.
    template <class T, class U>
    void add(Index first_row, Index rows, const T* means, const U* variances, Index draw) {
        const double weight = 1 / static_cast<double>(draw + 1);
        for (Index i = 0; i < rows * mean_.row_size(); ++i) {
            const Index at = first_row * mean_.row_size() + i;
            metrics::detail::add_to_moments(static_cast<double>(means[i]), weight, mean_[at],
                                            squares_[at]);
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

/// What adds up the draws of predictions with a backend's values. Here for backends that compute in
/// the host's memory. A backend with memory of its own specialises it.
template <class B>
struct prediction_sums {
    struct Memory {};
    static ClassPredictor classes(const std::vector<Index>& shape, Memory&) {
        return ClassPredictor(shape);
    }
    static RealPredictor numbers(const std::vector<Index>& shape, Memory&) {
        return RealPredictor(shape);
    }
};

}  // namespace detail

}  // namespace blue
