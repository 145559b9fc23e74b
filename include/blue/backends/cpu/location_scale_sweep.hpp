// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sweeps for location-scale families, the cheapest kind.
#pragma once

#include <blue/backends/cpu/sweep_base.hpp>

namespace blue::cpu {

/// Sweeps for w = loc + scale * z with density f((w - loc) / d) / d, where d^2 = scale^2 + floor.
///
/// With the noise as base variable, log q(w) = log f(z r) - log d with r = scale / d. Its gradient
/// with respect to the location is 0; with respect to log scale it is -r^2 + (1 - r^2) u f'(u), u =
/// z r. So without a visible floor the entropy part is a constant per step, the noise follows from
/// the weight, and backward is two multiplications and two additions per element. Without the score
/// (`StickingTheLanding`) the gradient is that of log f(u) - log d through the weight alone.
template <class Q, class P, class T, class Isa>
struct LocationScaleSweep : SweepBase<Q, P, T, Isa> {
    using Base = SweepBase<Q, P, T, Isa>;
    using typename Base::D, typename Base::Formula, typename Base::S;
    static constexpr transform scale_transform = Q::parameters::transforms[1];
    static constexpr int scale_array = 0, ratio_array = 1;
    static constexpr int prepared_arrays = 2;
    static constexpr bool by_log_scale = true;

    BLUE_FLATTEN static Prepared prepare(const D& d, Index begin, Index end) {
        const bool scores = d.scores_log_prob;
        const T floor = scores ? static_cast<T>(variance_floor(Base::distribution(d))) : T(0);
        Sum<S> log_density_scale;
        S smallest_ratio(1);
        for (Index from = begin; from < end; from += Base::chunk) {
            Base::for_each_pack(
                from, std::min(end, from + Base::chunk), [&](Index e, auto n) BLUE_INLINE_LAMBDA {
                    const S stored = load<S>(d.stored + d.stride + e, n);
                    const S scale =
                        scale_transform == transform::exponential ? exp(stored) : softplus(stored);
                    store(scale, d.natural + e, n);
                    if (floor > 0) {
                        const Density of = density(scale, stored, floor);
                        store(of.ratio, d.natural + d.stride + e, n);
                        smallest_ratio = min(smallest_ratio, of.ratio);
                        log_density_scale.add(of.log_scale, n);
                    } else if (scores) {
                        log_density_scale.add(
                            scale_transform == transform::exponential ? stored : log(scale), n);
                    }
                });
            log_density_scale.flush();
        }
        T ratios[S::lanes];
        smallest_ratio.store(ratios);
        // A ratio that rounds to 1 changes nothing: the terms that it adds are below half an ulp.
        const T smallest = *std::min_element(ratios, ratios + S::lanes);
        return {-log_density_scale.total, smallest < 1 - std::numeric_limits<T>::epsilon()};
    }

    BLUE_FLATTEN static void sample(const D& d, Index s, Index begin, Index end, double* sums) {
        d.scores_log_prob ? sample_as<true>(d, s, begin, end, sums)
                          : sample_as<false>(d, s, begin, end, sums);
    }

    BLUE_FLATTEN static void accumulate(const D& d, Index s, Index begin, Index end,
                                        const T* weight_gradient, T prior_gradient,
                                        T variational_gradient, bool add) {
        if constexpr (leaves_out_score<Q>)
            return accumulate_as<true>(d, s, begin, end, weight_gradient, prior_gradient,
                                       variational_gradient, add);
        if (!d.floor_visible) variational_gradient = 0;
        if (prior_gradient == 0 && variational_gradient == 0)
            accumulate_as<false>(d, s, begin, end, weight_gradient, 0, 0, add);
        else
            accumulate_as<true>(d, s, begin, end, weight_gradient, prior_gradient,
                                variational_gradient, add);
    }

    BLUE_FLATTEN static void finish(const D& d, Index begin, Index end,
                                    [[maybe_unused]] T variational_gradient,
                                    T divergence_gradient) {
        Base::for_each_pack(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            T* const gradients = d.gradient + e;
            // Accumulated: the gradient with respect to loc and to log scale.
            S by_log_scale = load<S>(gradients + d.stride, n);
            if constexpr (!leaves_out_score<Q>) {
                const S ratio = d.floor_visible ? load<S>(d.natural + d.stride + e, n) : S(1);
                by_log_scale -= variational_gradient * ratio * ratio;
            }
            if (d.uses_divergence) {
                const auto theta = load_parameters(d, e, n);
                std::array<S, 2> gradient{load<S>(gradients, n), by_log_scale * theta[1].inverse};
                Base::add_divergence_gradients(d, gradient, theta, divergence_gradient);
                store(gradient[0], gradients, n);
                by_log_scale = gradient[1] * theta[1].value;
            }
            if constexpr (scale_transform != transform::exponential)
                by_log_scale = by_log_scale / load<S>(d.natural + e, n, T(1)) *
                               sigmoid(load<S>(d.stored + d.stride + e, n));
            store(by_log_scale, gradients + d.stride, n);
        });
    }

    BLUE_FLATTEN static double divergence(const D& d, Index begin, Index end) {
        return Base::sum_divergence(d, begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            return load_parameters(d, e, n);
        });
    }

    BLUE_FLATTEN static double prior_statistic(const D& d, Index begin,
                                               Index end) requires FittedPrior<P> {
        return Base::sum_prior_statistic(d, begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            return load_parameters(d, e, n);
        });
    }

private:
    /// r = scale / d and log d.
    struct Density {
        S ratio, log_scale;
    };
    BLUE_HOST_INLINE static Density density(S scale, S stored, T floor) {
        const auto exact = [&]() BLUE_INLINE_LAMBDA -> Density {
            const S variance = scale * scale + floor;
            return {scale / sqrt(variance), T(0.5) * log(variance)};
        };
        if constexpr (scale_transform == transform::exponential) {
            // Mostly the floor is small: d = scale sqrt(1 + x) by series, up to terms that are lost
            // in rounding. Each element decides for itself, whichever are in the pack with it.
            constexpr T limit = sizeof(T) == 4 ? T(0x1p-8) : T(0x1p-18);
            const S x = floor / (scale * scale);
            const auto by_series = x < limit;
            Density of{fma(x, fma(x, S(T(0.375)), S(T(-0.5))), S(1)),
                       fma(x, fma(x, S(T(-0.25)), S(T(0.5))), stored)};
            if (!all(by_series)) {
                const Density other = exact();
                of.ratio = where(by_series, of.ratio, other.ratio);
                of.log_scale = where(by_series, of.log_scale, other.log_scale);
            }
            return of;
        } else {
            return exact();
        }
    }

    /// f'(u)
    BLUE_HOST_INLINE static S slope(const Q& q, S u) {
        return q.standard_log_prob(blue::detail::Argument<S, 1>::variable(u, 0)).derivative(0);
    }

    template <class N>
    BLUE_HOST_INLINE static typename Formula::Parameters load_parameters(const D& d, Index e, N n) {
        const S scale = load<S>(d.natural + e, n, T(1));
        const S stored = load<S>(d.stored + d.stride + e, n);
        const S log_scale = scale_transform == transform::exponential ? stored : log(scale);
        return Base::with_constants(
            {{{load<S>(d.stored + e, n), S(0), S(0)}, {scale, log_scale, 1 / scale}}}, d, e, n);
    }

    // Here and in `accumulate_as` each pack asks whether the floor is visible: a copy of the sweep
    // without the floor took 2 % of the compile time.
    template <bool Scored>
    BLUE_HOST_INLINE static void sample_as(const D& d, Index s, Index begin, Index end,
                                           double* sums) {
        const Q q = Base::distribution(d);
        const typename Formula::PreparedPrior p(Base::prior(d));
        T* const weights = d.weights + s * d.weight_stride;
        Base::for_each_noise(
            d, q, s, begin, end,
            [&](Index e, auto n, S z, auto& prior_sum, auto& variational_sum) BLUE_INLINE_LAMBDA {
                const S scale = load<S>(d.natural + e, n);
                const S w = fma(scale, z, load<S>(d.stored + e, n));
                store(Base::keeps_deviations(d) ? scale * z : w, weights + e, n);
                if constexpr (Scored) {
                    if (d.floor_visible) z = z * load<S>(d.natural + d.stride + e, n);
                    variational_sum.add(q.standard_log_prob(blue::detail::Argument<S>(z)).value, n);
                    prior_sum.add(
                        Formula::template prior_log_prob<0>(p, blue::detail::Argument<S>(w),
                                                            Base::with_constants({}, d, e, n))
                            .value,
                        n);
                }
            },
            Scored ? sums : nullptr);
    }

    template <bool Scored>
    BLUE_HOST_INLINE static void accumulate_as(const D& d, Index s, Index begin, Index end,
                                               const T* weight_gradient, T prior_gradient,
                                               T variational_gradient, bool add) {
        const Q q = Base::distribution(d);
        const typename Formula::PreparedPrior p(Base::prior(d));
        const T* const weights = d.weights + s * d.weight_stride;
        Base::for_each_pack(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            const S drawn = load<S>(weights + e, n), location = load<S>(d.stored + e, n);
            const bool deviates = Base::keeps_deviations(d);
            const S w = deviates ? drawn + location : drawn;
            const S data = load<S>(weight_gradient + (e - begin), n);
            S dw = data;
            if constexpr (Scored)
                dw = fma(S(prior_gradient),
                         Formula::template prior_log_prob<1>(
                             p, blue::detail::Argument<S, 1>::variable(w, 0),
                             Base::with_constants({}, d, e, n))
                             .derivative(0),
                         dw);
            const S deviation = deviates ? drawn : w - location;
            if constexpr (leaves_out_score<Q>) {
                // log q moves with the weight alone, by f'(u) / d.
                const S ratio = d.floor_visible ? load<S>(d.natural + d.stride + e, n) : S(1);
                const S inverse = ratio / load<S>(d.natural + e, n, T(1));
                dw = fma(variational_gradient * inverse, slope(q, deviation * inverse), dw);
            }
            S by_log_scale = dw * deviation;
            if (Scored && !leaves_out_score<Q> && variational_gradient != 0) {
                const S ratio = load<S>(d.natural + d.stride + e, n);
                const S u = deviation / load<S>(d.natural + e, n, T(1)) * ratio;
                by_log_scale += variational_gradient * (1 - ratio * ratio) * u * slope(q, u);
            }
            Base::put(deviates ? dw - data : dw, d.gradient + e, n, add);
            Base::put(by_log_scale, d.gradient + d.stride + e, n, add);
        });
    }
};

}  // namespace blue::cpu
