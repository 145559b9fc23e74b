// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictive distributions over real targets.
#pragma once

#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/student_t.hpp>
#include <blue/error.hpp>
#include <blue/ops/activations.hpp>
#include <blue/ops/reduce.hpp>

#include <cmath>

namespace blue {

namespace ops {
/// log N(y; mean, std^2 + eps) in nats; without its constant unless asked for.
struct NormalLogProb {
    double eps, constant;
    template <class T>
    BLUE_HOST_DEVICE T apply(T y, T mean, T std) const {
        const T variance = std * std + eps;
        return -0.5 * (square(y - mean) / variance + log(variance)) + constant;
    }
};
/// log N(y; mean, std^2) for a fixed std.
struct FixedNormalLogProb {
    double std;
    template <class T>
    BLUE_HOST_DEVICE T apply(T y, T mean) const {
        const double precision = 1 / (std * std);
        return -0.5 * precision * square(y - mean) - log_std() + MeanFieldNormal::constant;
    }
    BLUE_HOST_DEVICE double log_std() const { return std::log(std); }
};
/// log p(y) of a Student's t distribution of fixed scale around a location.
struct FixedStudentTLogProb {
    MeanFieldStudentT standard;
    double scale, log_scale;
    template <class T>
    BLUE_HOST_DEVICE T apply(T y, T location) const {
        return standard.standard_log_prob((y - location) * (1 / scale)) - log_scale;
    }
};
}  // namespace ops

/// torch_blue's predictive normal: mean and standard deviation of the samples are its parameters,
/// so the spread of the network is the whole uncertainty and there is no observation noise. Needs
/// two samples.
struct SampleNormal {
    double eps = 1e-10;           ///< added to the variance
    bool norm_constants = false;  ///< keep -log(2 pi) / 2

    using target_type = float;

    /// log N(y; mean_s x, std_s(x)^2 + eps) in nats: (1, B, ...).
    template <class B, class Shape, class TargetShape>
    auto mixture_log_prob(Var<B, Shape> x, Var<B, TargetShape> y) const {
        require_not_negative("SampleNormal", "eps", eps);
        return elementwise(ops::NormalLogProb{eps, norm_constants ? MeanFieldNormal::constant : 0},
                           y, mean_samples(x), std_samples(x));
    }
};

/// Minus the mean squared or absolute error of the mean over the samples: torch_blue's
/// `NonBayesian` as predictive distribution. A single number, so the data term is N times the
/// error.
struct PointEstimate {
    enum class Error { squared, absolute };
    Error error = Error::squared;

    using target_type = float;

    template <class B, class Shape, class TargetShape>
    auto mixture_log_prob(Var<B, Shape> x, Var<B, TargetShape> y) const {
        const auto difference = mean_samples(x) - y;
        return -mean(error == Error::squared ? square(difference) : abs(difference));
    }
};

/// Independent normal observation noise of known standard deviation around the model's output.
struct Gaussian {
    double std = 1;

    using target_type = float;
    /// The variance of a target around the output.
    template <class Output>
    double variance(Output) const {
        require_positive("Gaussian", "std", std);
        return std * std;
    }

    /// log N(y; x, std^2) of each sample in nats: (S, B, ...). Throws ValueError unless std is
    /// positive.
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> x, Var<B, TargetShape> y) const {
        require_positive("Gaussian", "std", std);
        return elementwise(ops::FixedNormalLogProb{std}, y, x);
    }
};

/// Independent observation noise with heavy tails: Student's t distribution of known scale and
/// degrees of freedom around the model's output, so that outliers have little influence (Lange,
/// Little and Taylor 1989). Fewer degrees of freedom give heavier tails.
struct StudentT {
    double df = 4;     ///< degrees of freedom
    double scale = 1;  ///< for many degrees of freedom the standard deviation

    using target_type = float;
    /// The variance of a target around the output; infinite for two degrees of freedom or fewer.
    template <class Output>
    double variance(Output) const {
        return distribution().variance_at_one * scale * scale;
    }

    /// log p(y; x, scale, df) of each sample in nats: (S, B, ...). Throws ValueError unless df and
    /// scale are positive.
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> x, Var<B, TargetShape> y) const {
        return elementwise(ops::FixedStudentTLogProb{distribution(), scale, std::log(scale)}, y, x);
    }

private:
    MeanFieldStudentT distribution() const {
        require_positive("StudentT", "df", df);
        require_positive("StudentT", "scale", scale);
        return {.df = df};
    }
};

}  // namespace blue
