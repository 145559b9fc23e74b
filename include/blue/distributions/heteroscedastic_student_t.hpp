// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Observation noise with heavy tails whose size the model predicts.
#pragma once

#include <blue/distributions/heteroscedastic_gaussian.hpp>
#include <blue/distributions/student_t.hpp>

#include <cmath>

namespace blue {

namespace ops {
struct StudentTVariance {
    NoiseScale scale;
    double variance_at_one;
    template <class T>
    BLUE_HOST_DEVICE T apply(T raw) const {
        return variance_at_one * square(scale.apply(raw));
    }
};
/// log p(y) of a Student's t distribution around a location with the scale of a raw number.
struct NoisyStudentTLogProb {
    MeanFieldStudentT standard;
    NoiseScale scale;
    template <class T>
    BLUE_HOST_DEVICE T apply(T y, T location, T raw) const {
        return standard.log_prob(y, location, scale.apply(raw));
    }
};
}  // namespace ops

/// Independent observation noise with heavy tails, Student's t distribution, of a size that depends
/// on the input. For K targets the model's last axis has 2K outputs: K locations, then K numbers r
/// that give the scales softplus(r) + min_scale.
///
/// A scale that a network predicts is sometimes far too small. That costs a normal distribution an
/// error squared, in units of the scale, and this one its logarithm.
struct HeteroscedasticStudentT {
    double df = 4;  ///< degrees of freedom, more than 2, so that the noise has a variance
    /// The smallest scale, in the unit of the targets: see HeteroscedasticGaussian::min_std.
    double min_scale = 1e-3;

    using target_type = float;
    /// (..., 2K) to (..., K).
    template <class Output>
    using target_shape = detail::half_output<Output>;
    template <class Output>
    using output_check = detail::mean_and_scale_check<HeteroscedasticStudentT, Output>;

    /// The means of each sample: (S, B, ..., K).
    template <class B, class Shape>
    auto mean(Var<B, Shape> output) const {
        return half<0>(output);
    }
    /// The variances of each sample, scale^2 df / (df - 2): (S, B, ..., K).
    template <class B, class Shape>
    auto variance(Var<B, Shape> output) const {
        return elementwise(ops::StudentTVariance{scale(), standard().variance_at_one},
                           half<1>(output));
    }

    /// log p(y; location_s(x), scale_s(x), df) of each sample in nats: (S, B, ..., K). Throws
    /// ValueError unless df is above 2 and min_scale is positive.
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> output, Var<B, TargetShape> y) const {
        return elementwise(ops::NoisyStudentTLogProb{standard(), scale()}, y, half<0>(output),
                           half<1>(output));
    }

private:
    ops::NoiseScale scale() const {
        require_positive("HeteroscedasticStudentT", "min_scale", min_scale);
        return {min_scale};
    }
    MeanFieldStudentT standard() const {
        if (!(df > 2) || !std::isfinite(df))
            throw ValueError(
                "HeteroscedasticStudentT: expected a finite df above 2, so that the noise has a "
                "variance, got ",
                df);
        return {.df = df};
    }

    template <int Which, class B, class Shape>
    static auto half(Var<B, Shape> output) {
        return detail::output_half<Which, HeteroscedasticStudentT>(output);
    }
};

}  // namespace blue
