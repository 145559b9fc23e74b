// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of all pairs of distributions share.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/backends/cuda/noise.hpp>
#include <blue/distributions/formula.hpp>
#include <blue/math/math.hpp>
#include <blue/objectives/kl.hpp>

#include <limits>
#include <utility>

namespace blue::cuda {

/// Derivatives of the objective with respect to the two log prob sums of a draw.
template <class T>
struct LogProbGradient {
    T prior = 0, variational = 0;
};

/// The part of a `Draw` that kernels read. No types of layers or distributions.
template <class T>
struct DrawView {
    Index size, stride;
    const T* stored;
    T* natural;
    T* ratios;  ///< per `block_size` elements the smallest scale / density scale: see
                ///< LocationScaleSweep
    T* weights;
    Index weight_stride;
    T* gradient;
    const T* noise;  ///< supplied noise, or nullptr
    random::Key key;
    bool estimated, antithetic;
    Index samples, pass_samples, earlier_samples;
    bool scores_log_prob, uses_divergence;
    const T* log_prob_gradient;
    const T* divergence_gradient;
    T divergence_weight;

    template <class B>
    DrawView(const Draw<B>& d, int prepared_arrays)
        : size(d.size),
          stride(d.stride),
          stored(d.stored),
          natural(d.natural),
          ratios(d.natural + prepared_arrays * d.stride),
          weights(d.weights),
          weight_stride(d.weight_stride),
          gradient(d.gradient),
          noise(d.supplied_noise),
          key(d.key),
          estimated(d.estimated),
          antithetic(d.antithetic),
          samples(d.samples),
          pass_samples(d.pass_samples),
          earlier_samples(d.earlier_samples),
          scores_log_prob(d.scores_log_prob),
          uses_divergence(d.uses_divergence),
          log_prob_gradient(d.log_prob_gradient),
          divergence_gradient(d.divergence_gradient),
          divergence_weight(static_cast<T>(d.divergence_weight)) {}

    /// Of sample s, or of all samples together when they share the draw.
    BLUE_HOST_DEVICE LogProbGradient<T> slopes(Index s) const {
        LogProbGradient<T> sum;
        if (!log_prob_gradient) return sum;
        const Index first = samples == 1 ? 0 : s, last = samples == 1 ? pass_samples : s + 1;
        for (Index i = first; i < last; ++i) {
            sum.prior += log_prob_gradient[2 * i];
            sum.variational += log_prob_gradient[2 * i + 1];
        }
        return sum;
    }
    /// Of the variational log prob, of all samples together.
    BLUE_HOST_DEVICE T variational_slope() const {
        T sum = 0;
        if (log_prob_gradient)
            for (Index s = -earlier_samples; s < pass_samples; ++s)
                sum += log_prob_gradient[2 * s + 1];
        return sum;
    }
    /// The noise of a unit in sample s.
    template <class Noise>
    BLUE_HOST_DEVICE void load_noise(const Noise& kind, Index s, const Unit& unit,
                                     T (&out)[unit_size]) const {
        if (noise) {
            for (int j = 0; j < unit_size; ++j)
                out[j] = unit.element(j) < size ? noise[s * size + unit.element(j)] : T(0);
        } else {
            const random::SampleKey of_sample = random::sample_key(key, s, antithetic);
            draw_unit<T>(kind, of_sample.key, unit, out);
            if (of_sample.negated)
                for (T& z : out) z = -z;
        }
    }
};

/// A ratio below this changes numbers: closer to 1 the terms that it adds are below half an ulp.
template <class T>
inline constexpr T visible_ratio = 1 - std::numeric_limits<T>::epsilon();

/// How parameter K of Q is stored.
template <class Q, int K>
inline constexpr transform transform_of = Q::parameters::transforms[static_cast<std::size_t>(K)];

/// A pair of distributions with the arrays of a variable: what kernels get. All functions work on
/// one element and run on the host as well.
template <class Q, class P, class T>
struct SweepBase {
    using S = math::Number<T>;
    using Formula = blue::detail::Formula<Q, P, S>;
    using Noise = noise_of<Q>;
    static constexpr int count = Q::parameters::size;

    DrawView<T> d;
    Q q;
    typename Formula::PreparedPrior p;
    Noise noise;

    template <class B>
    SweepBase(const Draw<B>& draw, int prepared_arrays)
        : d(draw, prepared_arrays),
          q(blue::detail::distribution_from<Q>(draw.distribution)),
          p(*static_cast<const P*>(draw.prior)),
          noise(noise_object(q)) {}

    BLUE_HOST_DEVICE static S load(const T* data) { return S(*data); }

    /// As on the CPU: whether `weights` holds deviations from the locations, for `Flipout`.
    BLUE_HOST_DEVICE bool keeps_deviations() const {
        return std::is_same_v<estimator_of<Q>, estimator::FlippedDeviations> && d.estimated;
    }
    /// The parameters with the prior's constants, which are stored behind them.
    BLUE_HOST_DEVICE typename Formula::Parameters with_constants(typename Formula::Parameters theta,
                                                                 [[maybe_unused]] Index e) const {
        BLUE_UNROLL
        for (int k = count; k < count + Formula::constants; ++k)
            theta[k] = {load(d.stored + k * d.stride + e), S(0), S(0)};
        return theta;
    }

    template <class Parameters>
    BLUE_HOST_DEVICE double divergence_at(const Parameters& theta) const {
        if constexpr (has_closed_form_kl<Q, P>)
            return static_cast<double>(Formula::template divergence<0>(q, p.p, theta).value.r[0]);
        else
            return 0;
    }
    template <class Parameters>
    BLUE_HOST_DEVICE double prior_statistic_at(const Parameters& theta) const {
        return static_cast<double>(Formula::prior_statistic(q, p.p, theta).r[0]);
    }
    /// With respect to the natural parameters.
    template <class Parameters>
    BLUE_HOST_DEVICE void add_divergence_gradients(S (&gradient)[count], const Parameters& theta,
                                                   T divergence_gradient) const {
        if constexpr (has_closed_form_kl<Q, P>) {
            if (!d.uses_divergence) return;
            const auto kl = Formula::template divergence<count>(q, p.p, theta);
            BLUE_UNROLL
            for (int k = 0; k < count; ++k) gradient[k] += divergence_gradient * kl.derivative(k);
        }
    }
};

}  // namespace blue::cuda
