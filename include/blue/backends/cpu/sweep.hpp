// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The sweeps of a pair of distributions over the elements of a variable, on packs.
#pragma once

#include <blue/backends/cpu/location_scale_sweep.hpp>
#include <blue/backends/cpu/sweep_base.hpp>

namespace blue::cpu {

/// Sweeps for any pair of formulas. Derivatives are taken by forward-mode duals in the same loop;
/// the noise of a weight is drawn again in backward.
template <class Q, class P, class T, class Isa>
struct FormulaSweep : SweepBase<Q, P, T, Isa> {
    using Base = SweepBase<Q, P, T, Isa>;
    using typename Base::D, typename Base::Formula, typename Base::S;
    static constexpr int count = Q::parameters::size;
    static constexpr bool by_log_scale = false;

    /// Per positive parameter its value, logarithm and inverse; nothing for the others.
    static constexpr int prepared_arrays = [] {
        int arrays = 0;
        for (transform kind : Q::parameters::transforms)
            arrays += kind == transform::identity ? 0 : 3;
        return arrays;
    }();

    BLUE_FLATTEN static Prepared prepare(const D& d, Index begin, Index end) {
        int array = 0;
        for (int k = 0; k < count; ++k) {
            const transform kind = Q::parameters::transforms[static_cast<std::size_t>(k)];
            if (kind == transform::identity) continue;
            Base::for_each_pack(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
                const S stored = load<S>(d.stored + k * d.stride + e, n);
                const S value = kind == transform::exponential ? exp(stored) : softplus(stored);
                store(value, d.natural + array * d.stride + e, n);
                store(kind == transform::exponential ? stored : log(value),
                      d.natural + (array + 1) * d.stride + e, n);
                store(1 / value, d.natural + (array + 2) * d.stride + e, n);
            });
            array += 3;
        }
        return {};
    }

    BLUE_FLATTEN static void sample(const D& d, Index s, Index begin, Index end, double* sums) {
        const Q q = Base::distribution(d);
        const typename Formula::PreparedPrior p(Base::prior(d));
        T* const weights = d.weights + s * d.weight_stride;
        Base::for_each_noise(
            d, q, s, begin, end,
            [&](Index e, auto n, S noise, auto& prior_sum, auto& variational_sum)
                BLUE_INLINE_LAMBDA {
                    const auto theta = load_parameters(d, e, n);
                    const auto w = Formula::template sample<0>(q, noise, theta);
                    store(Base::keeps_deviations(d) ? w.value - theta[0].value : w.value,
                          weights + e, n);
                    if (!d.scores_log_prob) return;
                    variational_sum.add(Formula::template log_prob<0>(q, w, theta).value, n);
                    prior_sum.add(Formula::template prior_log_prob<0>(p, w, theta).value, n);
                },
            sums);
    }

    BLUE_FLATTEN static void accumulate(const D& d, Index s, Index begin, Index end,
                                        const T* weight_gradient, T prior_gradient,
                                        T variational_gradient, bool add) {
        const Q q = Base::distribution(d);
        const typename Formula::PreparedPrior p(Base::prior(d));
        constexpr int prior_directions = 1 + Formula::required;
        Base::for_each_noise(
            d, q, s, begin, end,
            [&](Index e, auto n, S noise, auto&, auto&) BLUE_INLINE_LAMBDA {
                const auto theta = load_parameters(d, e, n);
                const auto w = Formula::template sample<count>(q, noise, theta);
                const auto log_p = Formula::template prior_log_prob<prior_directions>(
                    p, blue::detail::Argument<S, prior_directions>::variable(w.value, 0), theta);
                const S data = load<S>(weight_gradient + (e - begin), n);
                S dw = data + prior_gradient * log_p.derivative(0);
                std::array<S, count> gradient;
                if constexpr (leaves_out_score<Q>) {
                    dw += variational_gradient * Formula::weight_slope(q, w.value, theta);
                    BLUE_UNROLL
                    for (int k = 0; k < count; ++k) gradient[k] = dw * w.derivative(k);
                } else {
                    const auto log_q = Formula::template log_prob<count>(q, w, theta);
                    BLUE_UNROLL
                    for (int k = 0; k < count; ++k)
                        gradient[k] =
                            dw * w.derivative(k) + variational_gradient * log_q.derivative(k);
                }
                add_required_gradients(gradient, log_p, S(prior_gradient),
                                       typename Formula::required_indices{});
                if (Base::keeps_deviations(d)) gradient[0] -= data;
                BLUE_UNROLL
                for (int k = 0; k < count; ++k)
                    Base::put(gradient[k], d.gradient + k * d.stride + e, n, add);
            },
            nullptr);
    }

    BLUE_FLATTEN static void finish(const D& d, Index begin, Index end, T, T divergence_gradient) {
        Base::for_each_pack(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            const auto theta = load_parameters(d, e, n);
            std::array<S, count> gradient;
            for (int k = 0; k < count; ++k) gradient[k] = load<S>(d.gradient + k * d.stride + e, n);
            Base::add_divergence_gradients(d, gradient, theta, divergence_gradient);
            for (int k = 0; k < count; ++k) {
                const transform kind = Q::parameters::transforms[static_cast<std::size_t>(k)];
                if (kind == transform::exponential) gradient[k] *= theta[k].value;
                if (kind == transform::softplus)
                    gradient[k] *= sigmoid(load<S>(d.stored + k * d.stride + e, n));
                store(gradient[k], d.gradient + k * d.stride + e, n);
            }
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

protected:
    template <class N>
    BLUE_HOST_INLINE static typename Formula::Parameters load_parameters(const D& d, Index e, N n) {
        typename Formula::Parameters theta;
        int array = 0;
        BLUE_UNROLL
        for (int k = 0; k < count; ++k) {
            if (Q::parameters::transforms[static_cast<std::size_t>(k)] == transform::identity) {
                theta[k] = {load<S>(d.stored + k * d.stride + e, n), S(0), S(0)};
            } else {
                const T* natural = d.natural + array * d.stride + e;
                // Beyond the end of the variable: values that no formula turns into NaN.
                theta[k] = {load<S>(natural, n, T(1)), load<S>(natural + d.stride, n),
                            load<S>(natural + 2 * d.stride, n, T(1))};
                array += 3;
            }
        }
        return Base::with_constants(theta, d, e, n);
    }

    template <class Gradient, class LogProb, int... K>
    BLUE_HOST_INLINE static void add_required_gradients(Gradient& gradient, const LogProb& log_p,
                                                        [[maybe_unused]] S prior_gradient,
                                                        std::integer_sequence<int, K...>) {
        [[maybe_unused]] int direction = 0;
        ((gradient[K] += prior_gradient * log_p.derivative(++direction)), ...);
    }
};

/// The sweeps that the library uses for a pair of distributions.
template <class Q, class P, class T, class Isa>
using Sweeps = std::conditional_t<LocationScale<Q> && required_parameters<P>::size == 0,
                                  LocationScaleSweep<Q, P, T, Isa>, FormulaSweep<Q, P, T, Isa>>;

}  // namespace blue::cpu
