// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictive distributions over counts.
#pragma once

#include <blue/math/special.hpp>
#include <blue/ops/activations.hpp>

#include <cmath>

namespace blue {

namespace detail {

inline bool is_count(double y) {
    return y >= 0 && std::floor(y) == y;
}
inline constexpr const char* counts = "counts 0, 1, 2, ...";

/// log z! - (z log z - z) for z > 0, without the cancellation of large terms (Loader 2000, Fast and
/// accurate computation of binomial probabilities).
template <class T>
BLUE_HOST_DEVICE T stirling_error(T z) {
    const T inverse = 1 / z, w = square(inverse);
    const T series = 0.91893853320467274178 + 0.5 * log(z) +
                     inverse * (1. / 12 - w * (1. / 360 - w * (1. / 1260 - w * (1. / 1680))));
    return where(z < T(16), lgamma(z + 1) - z * log(z) + z, series);
}

}  // namespace detail

namespace ops {

/// log p(y) of a Poisson distribution as its distance from the most likely rate y, which large
/// counts leave exact: y log(rate) - rate - log y! are numbers of the size of y log y.
struct PoissonLogProb {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T y, T log_rate) {
        const T distance = log(y) - log_rate;
        const T positive = -y * (expm1(-distance) + distance) - detail::stirling_error(y);
        return where(y > T(0), positive, -exp(log_rate));
    }
};

/// log p(y) of a negative binomial distribution with the size 1 / dispersion. The part with the
/// mean and the part without are sums of terms of one sign.
struct NegativeBinomialLogProb {
    double size, log_size, size_error;  ///< size_error: the Stirling error of the size
    template <class T>
    BLUE_HOST_DEVICE T apply(T y, T log_mean) const {
        const T odds = log_mean - log_size;
        const T with_mean = -size * softplus(odds) - y * softplus(-odds);
        const T total = y + size;
        // log of the binomial coefficient of total - 1 and y
        const T coefficient = log(size / total) + detail::stirling_error(total) -
                              detail::stirling_error(y) - size_error + size * log1p(y / size) +
                              y * log1p(size / y);
        return with_mean + where(y > T(0), coefficient, T(0));
    }
};

/// The variance of a negative binomial distribution.
struct NegativeBinomialVariance {
    double dispersion;
    template <class T>
    BLUE_HOST_DEVICE T apply(T log_mean) const {
        const T mean = exp(log_mean);
        return mean + dispersion * square(mean);
    }
};

}  // namespace ops

/// Independent counts whose variance is their mean. The model's outputs are log rates: below 88 in
/// float.
struct Poisson {
    using target_type = float;
    static constexpr const char* support = detail::counts;
    static bool supports(double y) { return detail::is_count(y); }

    /// The rates of each sample: (S, B, ...).
    template <class B, class Shape>
    auto mean(Var<B, Shape> log_rate) const {
        return exp(log_rate);
    }
    template <class B, class Shape>
    auto variance(Var<B, Shape> log_rate) const {
        return mean(log_rate);
    }

    /// log p(y | w) of each sample in nats: (S, B, ...).
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> log_rate, Var<B, TargetShape> y) const {
        return elementwise(ops::PoissonLogProb{}, y, log_rate);
    }
};

/// Independent counts that vary more than Poisson's: with the variance mean + dispersion mean^2
/// (NB2 of Cameron and Trivedi 1986), a Poisson distribution whose rate has a gamma distribution.
/// The model's outputs are the logarithms of the means.
struct NegativeBinomial {
    double dispersion = 1;

    using target_type = float;
    static constexpr const char* support = detail::counts;
    static bool supports(double y) { return detail::is_count(y); }

    /// The means of each sample: (S, B, ...).
    template <class B, class Shape>
    auto mean(Var<B, Shape> log_mean) const {
        return exp(log_mean);
    }
    template <class B, class Shape>
    auto variance(Var<B, Shape> log_mean) const {
        require_positive("NegativeBinomial", "dispersion", dispersion);
        return elementwise(ops::NegativeBinomialVariance{dispersion}, log_mean);
    }

    /// log p(y | w) of each sample in nats: (S, B, ...). Throws ValueError unless the dispersion is
    /// positive.
    template <class B, class Shape, class TargetShape>
    auto log_prob(Var<B, Shape> log_mean, Var<B, TargetShape> y) const {
        require_positive("NegativeBinomial", "dispersion", dispersion);
        const double size = 1 / dispersion, log_size = std::log(size);
        const double size_error = math::detail::lgamma_scalar(size + 1) - size * log_size + size;
        return elementwise(ops::NegativeBinomialLogProb{size, log_size, size_error}, y, log_mean);
    }
};

}  // namespace blue
