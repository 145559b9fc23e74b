// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Adds up the draws of predictions on the device, batch by batch.
#pragma once

#include <blue/backends/cuda/prediction_numbers.hpp>

#include <algorithm>
#include <vector>

namespace blue {
namespace cuda {

/// Probabilities of classes in draw s of a chunk.
template <class T>
struct GivenProbabilities {
    const T* x;
    Index stride;  ///< between draws
    Index classes;
    BLUE_HOST_DEVICE double operator()(Index s, Index row, Index c) const {
        return static_cast<double>(x[s * stride + row * classes + c]);
    }
};
/// Those of two outcomes.
template <class T>
struct OutcomeProbabilities {
    const T* logits;
    Index stride;
    static constexpr Index classes = 2;
    BLUE_HOST_DEVICE double operator()(Index s, Index row, Index y) const {
        const math::Number<double> logit = static_cast<double>(logits[s * stride + row]);
        return metrics::detail::outcome_probabilities(y == 0 ? logit : -logit).r[0];
    }
};

/// What the draws of a batch of class predictions become: one row per distribution.
struct ClassRows {
    Index rows, classes;
    double *probabilities, *predictive_entropy, *expected_entropy, *mutual_information;
};

/// Adds the draws of a chunk: one warp per row.
template <class Probabilities>
struct AddClassDraws : Adding<1> {
    using result = typename Adding<1>::result;
    Probabilities probability;
    Index draws;
    bool is_first;
    ClassRows to;

    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        result entropy{};
        for (Index c = lane; c < to.classes; c += warp_lanes) {
            double* const sum = to.probabilities + row * to.classes + c;
            double total = is_first ? 0 : *sum;
            for (Index s = 0; s < draws; ++s) {
                const double p = probability(s, row, c);
                total += p;
                entropy.total[0] += metrics::detail::entropy_term(p);
            }
            *sum = total;
        }
        return entropy;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& entropy) const {
        if (lane == 0) put(to.expected_entropy + row, entropy.total[0], !is_first);
    }
};
/// Sums over draws to means, and the parts of the uncertainty: one warp per row.
struct FinishClasses : Adding<1> {
    Index draws;
    ClassRows to;

    BLUE_HOST_DEVICE result part(Index row, int lane) const {
        result entropy{};
        for (Index c = lane; c < to.classes; c += warp_lanes) {
            double& p = to.probabilities[row * to.classes + c];
            p /= static_cast<double>(draws);
            entropy.total[0] += metrics::detail::entropy_term(p);
        }
        return entropy;
    }
    BLUE_HOST_DEVICE void finish(Index row, int lane, const result& entropy) const {
        if (lane != 0) return;
        to.expected_entropy[row] /= static_cast<double>(draws);
        to.predictive_entropy[row] = entropy.total[0];
        to.mutual_information[row] =
            metrics::detail::information(entropy.total[0], to.expected_entropy[row]);
    }
};

/// Adds up the draws of each batch. \tparam Derived has `take(ClassRows, chunk)` for the result.
template <class E, class Derived>
class ClassDraws {
public:
    /// \param shape of all predictions, (N, ..., C).
    ClassDraws(const std::vector<Index>& shape, PredictionNumbers<E>& memory)
        : memory_(memory), classes_(shape.back()), rows_per_input_(1) {
        for (std::size_t axis = 1; axis + 1 < shape.size(); ++axis) rows_per_input_ *= shape[axis];
        memory.begin();
    }

    template <class T, class Shape>
    void add_probabilities(Var<Cuda<T, E>, Shape> value, const blue::detail::Chunk& chunk) {
        memory_.check(value, chunk, true);
        add(GivenProbabilities<T>{value.node->value, stride_of(value), classes_}, chunk);
    }
    template <class T, class Shape>
    void add_logits(Var<Cuda<T, E>, Shape> value, const blue::detail::Chunk& chunk) {
        memory_.check(value, chunk);
        add(OutcomeProbabilities<T>{value.node->value, stride_of(value)}, chunk);
    }

protected:
    /// Numbers of a row beside its probabilities.
    static constexpr Index others = 3;
    PredictionNumbers<E>& memory_;
    Index classes_, rows_per_input_;

private:
    template <class T, class Shape>
    static Index stride_of(Var<Cuda<T, E>, Shape> value) {
        return value.samples() == 1 ? 0 : value.node->per_sample();
    }
    template <class Probabilities>
    void add(const Probabilities& probabilities, const blue::detail::Chunk& chunk) {
        const Index rows = chunk.batch * rows_per_input_;
        double* const sums = memory_.sums.reserve(rows * (classes_ + others));
        double* const rest = sums + rows * classes_;
        const ClassRows to{rows, classes_, sums, rest, rest + rows, rest + 2 * rows};
        E::template reduce<warp_lanes>(
            rows,
            AddClassDraws<Probabilities>{{}, probabilities, chunk.draws, chunk.is_first(), to});
        if (!chunk.is_last()) return;
        E::template reduce<warp_lanes>(rows, FinishClasses{{}, chunk.all_draws, to});
        static_cast<Derived&>(*this).take(to, chunk);
    }
};

/// Predictions of classes: a batch is copied to the host when its draws are added up.
template <class E>
class ClassSums : public ClassDraws<E, ClassSums<E>> {
public:
    ClassSums(const std::vector<Index>& shape, PredictionNumbers<E>& memory)
        : ClassDraws<E, ClassSums>(shape, memory), result_{Array<double>(shape), {}, {}, {}} {
        const Array<double> rows({shape.begin(), shape.end() - 1});
        result_.predictive_entropy = result_.expected_entropy = result_.mutual_information = rows;
    }
    void take(const ClassRows& rows, const blue::detail::Chunk& chunk) {
        this->memory_.throw_if_wrong();
        const double* from = this->memory_.sums_on_host(rows.rows * (rows.classes + this->others));
        for (auto* to : {&result_.probabilities, &result_.predictive_entropy,
                         &result_.expected_entropy, &result_.mutual_information}) {
            const Index count = chunk.batch * to->row_size();
            std::copy_n(from, count, to->row(chunk.first_row));
            from += count;
        }
    }
    const ClassPrediction& result(Index) const { return result_; }

private:
    ClassPrediction result_;
};

/// What the draws of a batch of predicted numbers become.
struct RealNumbers {
    Index size;
    double *mean, *aleatoric, *epistemic;
};

/// Adds the draws of a chunk: one thread per number, draw after draw as on the host.
template <class T>
struct AddRealDraws {
    const T* means;
    const T* variances;  ///< or nullptr for one number
    double variance;
    Index mean_stride, variance_stride, first_draw, draws;
    RealNumbers to;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const bool is_first = first_draw == 0;
        double mean = is_first ? 0 : to.mean[i], squares = is_first ? 0 : to.epistemic[i],
               sum = is_first ? 0 : to.aleatoric[i];
        for (Index s = 0; s < draws; ++s) {
            metrics::detail::add_to_moments(static_cast<double>(means[s * mean_stride + i]),
                                            1 / static_cast<double>(first_draw + s + 1), mean,
                                            squares);
            sum += variances ? static_cast<double>(variances[s * variance_stride + i]) : variance;
        }
        to.mean[i] = mean;
        to.epistemic[i] = squares;
        to.aleatoric[i] = sum;
    }
};
struct FinishReals {
    Index draws;
    RealNumbers to;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        to.aleatoric[i] /= static_cast<double>(draws);
        to.epistemic[i] /= static_cast<double>(draws > 1 ? draws - 1 : 1);
    }
};

/// Adds up the draws of each batch. \tparam Derived has `take(RealNumbers, chunk)` for the result.
template <class E, class Derived>
class RealDraws {
public:
    /// \param shape of all predictions, (N, ...).
    RealDraws(const std::vector<Index>& shape, PredictionNumbers<E>& memory)
        : memory_(memory), numbers_per_input_(1) {
        for (std::size_t axis = 1; axis < shape.size(); ++axis) numbers_per_input_ *= shape[axis];
        memory.begin();
    }

    template <class T, class Shape, class Variance>
    void add_moments(Var<Cuda<T, E>, Shape> mean, Variance variance,
                     const blue::detail::Chunk& chunk) {
        const Index size = chunk.batch * numbers_per_input_;
        double* const sums = memory_.sums.reserve(3 * size);
        const auto stride = [&](auto value) { return value.samples() == 1 ? 0 : size; };
        AddRealDraws<T> add{mean.node->value,
                            nullptr,
                            0,
                            stride(mean),
                            0,
                            chunk.first_draw,
                            chunk.draws,
                            {size, sums, sums + size, sums + 2 * size}};
        memory_.check(mean, chunk);
        if constexpr (std::is_arithmetic_v<Variance>) {
            add.variance = variance;
        } else {
            memory_.check(variance, chunk);
            add.variances = variance.node->value;
            add.variance_stride = stride(variance);
        }
        E::for_each(size, add);
        if (!chunk.is_last()) return;
        E::for_each(size, FinishReals{chunk.all_draws, add.to});
        static_cast<Derived&>(*this).take(add.to, chunk);
    }

protected:
    PredictionNumbers<E>& memory_;
    Index numbers_per_input_;
};

/// Predictions of numbers: a batch is copied to the host when its draws are added up.
template <class E>
class RealSums : public RealDraws<E, RealSums<E>> {
public:
    RealSums(const std::vector<Index>& shape, PredictionNumbers<E>& memory)
        : RealDraws<E, RealSums>(shape, memory),
          result_{Array<double>(shape), Array<double>(shape), Array<double>(shape)} {}
    void take(const RealNumbers& numbers, const blue::detail::Chunk& chunk) {
        this->memory_.throw_if_wrong();
        const double* from = this->memory_.sums_on_host(3 * numbers.size);
        for (auto* to : {&result_.mean, &result_.aleatoric_variance, &result_.epistemic_variance}) {
            std::copy_n(from, numbers.size, to->row(chunk.first_row));
            from += numbers.size;
        }
    }
    const RealPrediction& result(Index) const { return result_; }

private:
    RealPrediction result_;
};

}  // namespace cuda

namespace detail {

template <class T, class E>
struct prediction_sums<Cuda<T, E>> {
    using Memory = cuda::PredictionNumbers<E>;
    static auto classes(const std::vector<Index>& shape, Memory& memory) {
        return cuda::ClassSums<E>(shape, memory);
    }
    static auto numbers(const std::vector<Index>& shape, Memory& memory) {
        return cuda::RealSums<E>(shape, memory);
    }
};

}  // namespace detail

}  // namespace blue
