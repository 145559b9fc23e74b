// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a kernel that judges predictions is given.
#pragma once

#include <blue/metrics/formulas.hpp>
#include <blue/tensor/tape.hpp>

#include <cstdint>

namespace blue::detail {

/// Sums of uncertainties, and counts, over inaccurate and accurate predictions.
struct VerdictSums {
    double uncertainty[2] = {}, count[2] = {};

    BLUE_HOST_DEVICE void add(bool accurate, double u) {
        uncertainty[accurate] += u;
        count[accurate] += 1;
    }
    /// The uncertainty up to which predictions are certain: the middle between both means, or the
    /// mean where all are of one kind.
    BLUE_HOST_DEVICE double limit() const {
        double sum = 0;
        int kinds = 0;
        for (int k = 0; k < 2; ++k)
            if (count[k] > 0) {
                sum += uncertainty[k] / count[k];
                ++kinds;
            }
        return sum / kinds;
    }
};

/// Of each prediction of a batch, as 1 or 0: whether the predicted class is as probable as the
/// target, whether the uncertainty is at most the limit, and whether the two agree.
template <class B>
struct VerdictsArgs {
    using T = typename B::scalar;
    const T* confidence;   ///< probability of the predicted class
    const T* of_target;    ///< that of the target
    const T* uncertainty;  ///< predictive entropy, in nats
    Index rows;
    bool has_threshold;
    double threshold;
    T *accurate, *certain, *agrees;

    BLUE_HOST_DEVICE bool is_accurate(Index row) const { return of_target[row] == confidence[row]; }
    BLUE_HOST_DEVICE void judge(Index row, const VerdictSums& sums) const {
        const double limit = has_threshold ? threshold : sums.limit();
        const bool is_certain = static_cast<double>(uncertainty[row]) <= limit;
        accurate[row] = is_accurate(row);
        certain[row] = is_certain;
        agrees[row] = is_certain == is_accurate(row);
    }
};

}  // namespace blue::detail
