// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is predicted, and where its uncertainty comes from.
#pragma once

#include <blue/math/math.hpp>
#include <blue/metrics/uncertainty.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
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
        const Index classes = probabilities_.shape().back();
        const Index count = rows * probabilities_.row_size();
        const Index begin = first_row * probabilities_.row_size();
        using S = math::NativePack<double>;
        terms_.resize(static_cast<std::size_t>((count + S::lanes - 1) / S::lanes * S::lanes));
        std::copy_n(probabilities, count, terms_.data());
        for (Index i = 0; i < count; ++i) probabilities_[begin + i] += *term(i);
        for (Index i = 0; i < count; i += S::lanes) entropy_terms(S::load(term(i))).store(term(i));
        for (Index i = 0; i < count; i += classes)
            for (Index c = 0; c < classes; ++c)
                expected_entropy_[(begin + i) / classes] += *term(i + c);
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
    double* term(Index i) { return terms_.data() + i; }
    /// -p log p, 0 for p = 0.
    template <class S>
    static S entropy_terms(S p) {
        return where(p > 0, -p * log(p), S(0));
    }

    Array<double> probabilities_, expected_entropy_;
    std::vector<double> terms_;  ///< of one draw: probabilities, then what they add to entropies
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

}  // namespace detail

}  // namespace blue
