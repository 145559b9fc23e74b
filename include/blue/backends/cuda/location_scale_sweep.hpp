// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Location-scale families on the device, the cheapest kind.
#pragma once

#include <blue/backends/cuda/sweep_base.hpp>

namespace blue::cuda {

/// For w = loc + scale * z with density f((w - loc) / d) / d, where d^2 = scale^2 + floor. The
/// mathematics is that of the CPU's sweep (backends/cpu/location_scale_sweep.hpp). Whether the
/// floor changes any number is known per `block_size` elements, in the device's memory: nothing
/// waits for it on the host.
template <class Q, class P, class T>
struct LocationScaleSweep : SweepBase<Q, P, T> {
    using Base = SweepBase<Q, P, T>;
    using Base::d, Base::q, Base::p, Base::load;
    using typename Base::Formula, typename Base::S;
    static constexpr int count = 2;
    static constexpr transform scale_transform = transform_of<Q, 1>;
    static constexpr int prepared_arrays = 2;  // scale, scale / d
    static constexpr bool by_log_scale = true;
    /// Backward needs the noise only through the weight.
    static constexpr bool draws_again = false;

    T floor;

    template <class B>
    explicit LocationScaleSweep(const Draw<B>& draw)
        : Base(draw, prepared_arrays), floor(static_cast<T>(variance_floor(q))) {}

    /// Prepares element e. Returns its part of the log density that no sample changes, and lowers
    /// `smallest_ratio`.
    BLUE_HOST_DEVICE double prepare(Index e, T& smallest_ratio) const {
        const S stored = load(d.stored + d.stride + e);
        const S scale = scale_transform == transform::exponential ? exp(stored) : softplus(stored);
        d.natural[e] = scale.r[0];
        if (floor > 0) {
            const S variance = scale * scale + floor;
            const S ratio = scale / sqrt(variance);
            d.natural[d.stride + e] = ratio.r[0];
            smallest_ratio = ratio.r[0] < smallest_ratio ? ratio.r[0] : smallest_ratio;
            return -static_cast<double>((T(0.5) * log(variance)).r[0]);
        }
        return -static_cast<double>(
            (scale_transform == transform::exponential ? stored : log(scale)).r[0]);
    }

    /// Draws element e of sample s; adds its log probs to `sums`: prior, variational.
    BLUE_HOST_DEVICE void sample(Index e, Index s, T noise, T (&sums)[2]) const {
        S z(noise);
        const S scale = load(d.natural + e), w = fma(scale, z, load(d.stored + e));
        d.weights[s * d.weight_stride + e] = (this->keeps_deviations() ? scale * z : w).r[0];
        if (!d.scores_log_prob) return;
        if (floor_visible(e)) z = z * load(d.natural + d.stride + e);
        sums[0] += Formula::template prior_log_prob<0>(p, blue::detail::Argument<S>(w),
                                                       this->with_constants({}, e))
                       .value.r[0];
        sums[1] += q.standard_log_prob(blue::detail::Argument<S>(z)).value.r[0];
    }

    BLUE_HOST_DEVICE double divergence(Index e) const {
        return this->divergence_at(load_parameters(e));
    }
    BLUE_HOST_DEVICE double prior_statistic(Index e) const {
        return this->prior_statistic_at(load_parameters(e));
    }

    /// Adds to the gradients with respect to the location and to log scale.
    BLUE_HOST_DEVICE void accumulate(Index e, Index s, T, T weight_gradient,
                                     const LogProbGradient<T>& slope, S (&gradient)[2]) const {
        const S drawn = load(d.weights + s * d.weight_stride + e), location = load(d.stored + e);
        const bool deviates = this->keeps_deviations();
        const S w = deviates ? drawn + location : drawn;
        S dw(weight_gradient);
        if (slope.prior != 0) {
            const auto variable = blue::detail::Argument<S, 1>::variable(w, 0);
            dw = fma(S(slope.prior),
                     Formula::template prior_log_prob<1>(p, variable, this->with_constants({}, e))
                         .derivative(0),
                     dw);
        }
        const S deviation = deviates ? drawn : w - location;
        if constexpr (leaves_out_score<Q>) {
            const S ratio = floor_visible(e) ? load(d.natural + d.stride + e) : S(1);
            const S inverse = ratio / load(d.natural + e);
            dw = fma(slope.variational * inverse, density_slope(deviation * inverse), dw);
        }
        S by_log_scale = dw * deviation;
        if (!leaves_out_score<Q> && slope.variational != 0 && floor_visible(e)) {
            const S ratio = load(d.natural + d.stride + e);
            const S u = deviation / load(d.natural + e) * ratio;
            by_log_scale += slope.variational * (1 - ratio * ratio) * u * density_slope(u);
        }
        gradient[0] += deviates ? dw - weight_gradient : dw;
        gradient[1] += by_log_scale;
    }

    /// Turns the accumulated gradients into those of the stored parameters. The arguments are sums
    /// over the samples.
    BLUE_HOST_DEVICE void finish(Index e, [[maybe_unused]] T variational_gradient,
                                 T divergence_gradient, S (&gradient)[2]) const {
        S by_log_scale = gradient[1];
        if constexpr (!leaves_out_score<Q>) {
            const S ratio = floor_visible(e) ? load(d.natural + d.stride + e) : S(1);
            by_log_scale -= variational_gradient * ratio * ratio;
        }
        const auto theta = load_parameters(e);
        gradient[1] = by_log_scale * theta[1].inverse;
        if (d.uses_divergence) {
            this->add_divergence_gradients(gradient, theta, divergence_gradient);
            by_log_scale = gradient[1] * theta[1].value;
        }
        if constexpr (scale_transform == transform::exponential)
            gradient[1] = by_log_scale;
        else
            gradient[1] = gradient[1] * sigmoid(load(d.stored + d.stride + e));
    }

private:
    /// The derivative of the standard log density.
    BLUE_HOST_DEVICE S density_slope(S u) const {
        return q.standard_log_prob(blue::detail::Argument<S, 1>::variable(u, 0)).derivative(0);
    }
    BLUE_HOST_DEVICE bool floor_visible(Index e) const {
        return floor > 0 && d.ratios[e / block_size] < visible_ratio<T>;
    }
    BLUE_HOST_DEVICE typename Formula::Parameters load_parameters(Index e) const {
        const S scale = load(d.natural + e), stored = load(d.stored + d.stride + e);
        const S log_scale = scale_transform == transform::exponential ? stored : log(scale);
        return this->with_constants(
            {{{load(d.stored + e), S(0), S(0)}, {scale, log_scale, 1 / scale}}}, e);
    }
};

}  // namespace blue::cuda
