// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Compares predictions with targets on the device: of each batch only sums stay.
#pragma once

#include <blue/backends/cuda/prediction.hpp>
#include <blue/metrics/calibration.hpp>
#include <blue/train/reports.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace blue {
namespace cuda {

/// One predicted class against its label.
struct ClassOutcome {
    double confidence, right, score, probability_sum;
};

struct CompareClasses {
    ClassRows of;
    const std::int32_t* labels;
    ClassOutcome* to;
    BLUE_HOST_DEVICE void operator()(Index row) const {
        const double* const p = of.probabilities + row * of.classes;
        const Index predicted = metrics::detail::largest_of(p, of.classes);
        double sum = 0;
        for (Index c = 0; c < of.classes; ++c) sum += p[c];
        to[row] = {p[predicted], predicted == labels[row] ? 1.0 : 0.0,
                   metrics::detail::log_score(p[labels[row]]), sum};
    }
};

/// Per bin of confidences: examples, sums of confidences and of right predictions. Behind them sums
/// of scores, of both entropies, and how many rows are no distribution. One block of threads each.
struct SumClasses : Adding<3> {
    ClassRows of;
    const ClassOutcome* outcomes;
    Index bins;
    double* totals;

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        result sum{};
        for (Index row = lane; row < of.rows; row += block_lanes) {
            const ClassOutcome& outcome = outcomes[row];
            if (group == bins) {
                sum.total[0] += outcome.score;
                sum.total[1] += of.predictive_entropy[row];
                sum.total[2] += of.mutual_information[row];
            } else if (group > bins) {
                sum.total[0] += metrics::detail::sums_to_one(outcome.probability_sum) ? 0 : 1;
            } else if (group == metrics::detail::confidence_bin(outcome.confidence, bins)) {
                sum.total[0] += 1;
                sum.total[1] += outcome.confidence;
                sum.total[2] += outcome.right;
            }
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane < 3) totals[3 * group + lane] += sum.total[lane];
    }
};

/// The quality of predicted classes.
template <class E>
class ClassQuality : public ClassDraws<E, ClassQuality<E>> {
    static constexpr Index bins = metrics::default_bins, groups = bins + 2;

public:
    using target_number = std::int32_t;

    ClassQuality(const std::vector<Index>& shape, PredictionNumbers<E>& memory)
        : ClassDraws<E, ClassQuality>(shape, memory) {
        E::fill_zero(memory.totals.reserve(3 * groups), 3 * groups * sizeof(double));
    }

    /// Numbers that belong to a prediction.
    Index targets_per_input() const { return this->rows_per_input_; }
    /// The labels of the batch whose draws are added next.
    void set_targets(const std::int32_t* labels) { labels_ = labels; }
    void take(const ClassRows& rows, const blue::detail::Chunk&) {
        ClassOutcome* const outcomes = outcomes_.reserve(rows.rows);
        E::for_each(rows.rows, CompareClasses{rows, labels_, outcomes});
        E::template reduce<block_lanes>(
            groups, SumClasses{{}, rows, outcomes, bins, this->memory_.totals.data()});
    }

    /// Of all batches. Nothing when a prediction is no distribution: the host then says which.
    std::optional<ClassReport> report(Index inputs) const {
        this->memory_.throw_if_wrong();
        double totals[groups][3];
        E::copy_to_host(totals, this->memory_.totals.data(), sizeof totals);
        if (totals[bins + 1][0] > 0) return {};
        std::vector<metrics::ReliabilityBin> diagram(static_cast<std::size_t>(bins));
        double right = 0;
        for (Index m = 0; m < bins; ++m) {
            auto& bin = diagram[static_cast<std::size_t>(m)];
            bin.count = static_cast<Index>(totals[m][0]);
            bin.confidence = totals[m][1];
            bin.accuracy = totals[m][2];
            right += totals[m][2];
        }
        metrics::detail::finish(diagram);
        const Index rows = inputs * this->rows_per_input_;
        const auto n = static_cast<double>(rows);
        return ClassReport{right / n, totals[bins][0] / n,
                           metrics::detail::expected_calibration_error(diagram, rows),
                           totals[bins][1] / n, totals[bins][2] / n};
    }

private:
    const std::int32_t* labels_ = nullptr;
    DeviceNumbers<E, ClassOutcome> outcomes_;
};

/// Takes the log-likelihoods of the draws of a chunk into their averages.
template <class T>
struct AddDensities {
    const T* log_probs;
    Index stride, draws;
    bool is_first;
    metrics::detail::LogSumExp* to;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        metrics::detail::LogSumExp density;
        if (!is_first) density = to[i];
        for (Index s = 0; s < draws; ++s)
            density.add(static_cast<double>(log_probs[s * stride + i]));
        to[i] = density;
    }
};

/// Adds squared errors, scores of normal predictions, how many have no density, and averaged
/// log-likelihoods. One block of threads.
template <class T>
struct SumReals : Adding<4> {
    using result = typename Adding<4>::result;
    RealNumbers of;
    const T* targets;
    const metrics::detail::LogSumExp* densities;
    Index density_count;
    double* totals;

    BLUE_HOST_DEVICE result part(Index, int lane) const {
        result sum{};
        for (Index i = lane; i < of.size; i += block_lanes) {
            const double y = static_cast<double>(targets[i]), error = of.mean[i] - y;
            const double std = metrics::detail::sqrt_of(of.aleatoric[i] + of.epistemic[i]);
            sum.total[0] += error * error;
            sum.total[1] += metrics::detail::normal_score(of.mean[i], std, y);
            sum.total[2] += metrics::detail::is_scale(std) ? 0 : 1;
        }
        for (Index i = lane; i < density_count; i += block_lanes)
            sum.total[3] += densities[i].value();
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index, int lane, const result& sum) const {
        if (lane < 4) totals[lane] += sum.total[lane];
    }
};

/// The quality of predicted numbers of type T.
template <class T, class E>
class RealQuality : public RealDraws<E, RealQuality<T, E>> {
public:
    using target_number = T;

    RealQuality(const std::vector<Index>& shape, PredictionNumbers<E>& memory)
        : RealDraws<E, RealQuality>(shape, memory) {
        E::fill_zero(memory.totals.reserve(4), 4 * sizeof(double));
    }

    Index targets_per_input() const { return this->numbers_per_input_; }
    void set_targets(const T* targets) { targets_ = targets; }
    /// The log-likelihoods of a chunk, before its moments.
    template <class Shape>
    void add_log_probs(Var<Cuda<T, E>, Shape> value, const blue::detail::Chunk& chunk) {
        density_count_ = value.node->per_sample();
        E::for_each(density_count_,
                    AddDensities<T>{value.node->value, value.samples() == 1 ? 0 : density_count_,
                                    chunk.draws, chunk.is_first(),
                                    this->memory_.densities.reserve(density_count_)});
        if (chunk.is_last()) all_densities_ += density_count_;
        draws_ = chunk.all_draws;
    }
    void take(const RealNumbers& numbers, const blue::detail::Chunk&) {
        E::template reduce<block_lanes>(1, SumReals<T>{{},
                                                       numbers,
                                                       targets_,
                                                       this->memory_.densities.data(),
                                                       density_count_,
                                                       this->memory_.totals.data()});
    }

    std::optional<RealReport> report(Index inputs) const {
        this->memory_.throw_if_wrong();
        double totals[4];
        E::copy_to_host(totals, this->memory_.totals.data(), sizeof totals);
        const auto n = static_cast<double>(inputs * this->numbers_per_input_);
        RealReport report{std::sqrt(totals[0] / n), std::numeric_limits<double>::quiet_NaN()};
        if (all_densities_ > 0)
            report.negative_log_likelihood = std::log(static_cast<double>(draws_)) -
                                             totals[3] / static_cast<double>(all_densities_);
        else if (totals[2] == 0)
            report.negative_log_likelihood = totals[1] / n + metrics::detail::log_constant;
        return report;
    }

private:
    const T* targets_ = nullptr;
    Index density_count_ = 0, all_densities_ = 0, draws_ = 1;
};

}  // namespace cuda

namespace detail {

template <class T, class E>
struct prediction_quality<Cuda<T, E>> {
    static constexpr bool is_own = true;
    using classes = cuda::ClassQuality<E>;
    using numbers = cuda::RealQuality<T, E>;
};

}  // namespace detail

}  // namespace blue
