// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Any pair of distributions on the device, from their formulas.
#pragma once

#include <blue/backends/cuda/location_scale_sweep.hpp>
#include <blue/backends/cuda/sweep_base.hpp>

#include <type_traits>

namespace blue::cuda {

/// For any pair of formulas: derivatives by forward-mode duals, the noise drawn again in backward.
template <class Q, class P, class T>
struct FormulaSweep : SweepBase<Q, P, T> {
    using Base = SweepBase<Q, P, T>;
    using Base::d, Base::q, Base::p, Base::load, Base::count;
    using typename Base::Formula, typename Base::S;
    using Parameters = typename Formula::Parameters;
    using Indices = std::make_integer_sequence<int, count>;
    static constexpr bool draws_again = true;
    static constexpr bool by_log_scale = false;

    /// Per positive parameter its value, logarithm and inverse; nothing for the others.
    static constexpr int prepared_arrays = [] {
        int arrays = 0;
        for (transform kind : Q::parameters::transforms)
            arrays += kind == transform::identity ? 0 : 3;
        return arrays;
    }();
    /// Where the prepared numbers of parameter K begin.
    template <int K>
    static constexpr int first_array = [] {
        int array = 0;
        for (int k = 0; k < K; ++k)
            array += Q::parameters::transforms[static_cast<std::size_t>(k)] == transform::identity
                         ? 0
                         : 3;
        return array;
    }();

    template <class B>
    explicit FormulaSweep(const Draw<B>& draw) : Base(draw, prepared_arrays) {}

    /// Prepares element e.
    BLUE_HOST_DEVICE double prepare(Index e, T&) const {
        prepare_each(e, Indices{});
        return 0;
    }

    /// Draws element e of sample s; adds its log probs to `sums`: prior, variational.
    BLUE_HOST_DEVICE void sample(Index e, Index s, T noise, T (&sums)[2]) const {
        const Parameters theta = load_parameters(e, Indices{});
        const auto w = Formula::template sample<0>(q, S(noise), theta);
        const S drawn = this->keeps_deviations() ? w.value - theta[0].value : w.value;
        d.weights[s * d.weight_stride + e] = drawn.r[0];
        if (!d.scores_log_prob) return;
        sums[0] += Formula::template prior_log_prob<0>(p, w, theta).value.r[0];
        sums[1] += Formula::template log_prob<0>(q, w, theta).value.r[0];
    }

    BLUE_HOST_DEVICE double divergence(Index e) const {
        return this->divergence_at(load_parameters(e, Indices{}));
    }
    BLUE_HOST_DEVICE double prior_statistic(Index e) const {
        return this->prior_statistic_at(load_parameters(e, Indices{}));
    }

    /// Adds to the gradients with respect to the natural parameters.
    BLUE_HOST_DEVICE void accumulate(Index e, Index, T noise, T weight_gradient,
                                     const LogProbGradient<T>& slope, S (&gradient)[count]) const {
        constexpr int prior_directions = 1 + Formula::required;
        const Parameters theta = load_parameters(e, Indices{});
        const auto w = Formula::template sample<count>(q, S(noise), theta);
        const auto variable = blue::detail::Argument<S, prior_directions>::variable(w.value, 0);
        const auto log_p = Formula::template prior_log_prob<prior_directions>(p, variable, theta);
        S dw = weight_gradient + slope.prior * log_p.derivative(0);
        if constexpr (leaves_out_score<Q>) {
            dw += slope.variational * Formula::weight_slope(q, w.value, theta);
            BLUE_UNROLL
            for (int k = 0; k < count; ++k) gradient[k] += dw * w.derivative(k);
        } else {
            const auto log_q = Formula::template log_prob<count>(q, w, theta);
            BLUE_UNROLL
            for (int k = 0; k < count; ++k)
                gradient[k] += dw * w.derivative(k) + slope.variational * log_q.derivative(k);
        }
        add_required_gradients(gradient, log_p, S(slope.prior),
                               typename Formula::required_indices{});
        if (this->keeps_deviations()) gradient[0] -= weight_gradient;
    }

    /// Turns the accumulated gradients into those of the stored parameters.
    BLUE_HOST_DEVICE void finish(Index e, T, T divergence_gradient, S (&gradient)[count]) const {
        const Parameters theta = load_parameters(e, Indices{});
        this->add_divergence_gradients(gradient, theta, divergence_gradient);
        finish_each(e, gradient, theta, Indices{});
    }

protected:
    template <int... K>
    BLUE_HOST_DEVICE void prepare_each(Index e, std::integer_sequence<int, K...>) const {
        (prepare_one<K>(e), ...);
    }
    template <int K>
    BLUE_HOST_DEVICE void prepare_one([[maybe_unused]] Index e) const {
        constexpr transform kind = transform_of<Q, K>;
        if constexpr (kind != transform::identity) {
            const S stored = load(d.stored + K * d.stride + e);
            const S value = kind == transform::exponential ? exp(stored) : softplus(stored);
            T* const natural = d.natural + first_array<K> * d.stride + e;
            natural[0] = value.r[0];
            natural[d.stride] = (kind == transform::exponential ? stored : log(value)).r[0];
            natural[2 * d.stride] = (1 / value).r[0];
        }
    }

    template <int... K>
    BLUE_HOST_DEVICE Parameters load_parameters(Index e, std::integer_sequence<int, K...>) const {
        return this->with_constants({{load_parameter<K>(e)...}}, e);
    }
    template <int K>
    BLUE_HOST_DEVICE blue::detail::NaturalParameter<S> load_parameter(Index e) const {
        if constexpr (transform_of<Q, K> == transform::identity) {
            return {load(d.stored + K * d.stride + e), S(0), S(0)};
        } else {
            const T* const natural = d.natural + first_array<K> * d.stride + e;
            return {load(natural), load(natural + d.stride), load(natural + 2 * d.stride)};
        }
    }

    template <class LogProb, int... K>
    BLUE_HOST_DEVICE static void add_required_gradients(S (&gradient)[count], const LogProb& log_p,
                                                        S prior_gradient,
                                                        std::integer_sequence<int, K...>) {
        [[maybe_unused]] int direction = 0;
        ((gradient[K] += prior_gradient * log_p.derivative(++direction)), ...);
        static_cast<void>(prior_gradient);
    }

    template <int... K>
    BLUE_HOST_DEVICE void finish_each(Index e, S (&gradient)[count], const Parameters& theta,
                                      std::integer_sequence<int, K...>) const {
        (finish_one<K>(e, gradient[K], theta), ...);
    }
    template <int K>
    BLUE_HOST_DEVICE void finish_one([[maybe_unused]] Index e, S& gradient,
                                     [[maybe_unused]] const Parameters& theta) const {
        if constexpr (transform_of<Q, K> == transform::exponential) gradient *= theta[K].value;
        if constexpr (transform_of<Q, K> == transform::softplus)
            gradient *= sigmoid(load(d.stored + K * d.stride + e));
    }
};

/// The kernels that the library uses for a pair of distributions: chosen as on the CPU.
template <class Q, class P, class T>
using Sweep = std::conditional_t<LocationScale<Q> && required_parameters<P>::size == 0,
                                 LocationScaleSweep<Q, P, T>, FormulaSweep<Q, P, T>>;

}  // namespace blue::cuda
