// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What all sweeps share: loops over packs, noise, sums.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/packs.hpp>
#include <blue/distributions/formula.hpp>
#include <blue/math/math.hpp>
#include <blue/objectives/kl.hpp>
#include <blue/random/draw.hpp>

namespace blue::cpu {

/// What preparing a range of a variable's parameters gives besides the prepared numbers.
struct Prepared {
    double log_prob_offset = 0;  ///< to be added to the variational log prob of each sample
    bool floor_visible = false;  ///< whether the variance floor changes any number
};

template <class Q, class P, class T, class Isa>
struct SweepBase {
    using D = Draw<Cpu<T, Isa>>;
    using S = math::NativePack<T>;
    using Formula = blue::detail::Formula<Q, P, S>;
    static constexpr Index lanes = S::lanes;
    /// Elements whose noise is made at once: fits the first-level cache, and lane sums stay short.
    static constexpr Index chunk = 16 * random::tile;

    static Q distribution(const D& d) { return blue::detail::distribution_from<Q>(d.distribution); }
    static P prior(const D& d) { return *static_cast<const P*>(d.prior); }

    /// Whether `weights` holds deviations from the locations, for `Flipout`. Gradients with respect
    /// to them are then none with respect to the locations.
    BLUE_HOST_INLINE static bool keeps_deviations([[maybe_unused]] const D& d) {
        if constexpr (std::is_same_v<estimator_of<Q>, estimator::FlippedDeviations>)
            return d.estimated;
        else
            return false;
    }

    /// Calls body(e, n) for packs that cover [begin, end).
    template <class Body>
    BLUE_HOST_INLINE static void for_each_pack(Index begin, Index end, Body body) {
        cpu::for_each_pack<S>(begin, end, body);
    }

    /// Calls body(e, n, noise, prior_sum, variational_sum) for packs that cover [begin, end), with
    /// the noise of sample s, and adds the two sums to `sums` unless that is null.
    template <class Body>
    BLUE_HOST_INLINE static void for_each_noise(const D& d, const Q& q, Index s, Index begin,
                                                Index end, Body body, double* sums) {
        alignas(64) T buffer[chunk];
        Sum<S> prior_sum, variational_sum;
        const random::SampleKey of_sample = random::sample_key(d.key, s, d.antithetic);
        for (Index from = begin; from < end;) {
            const Index first_tile = from / random::tile;
            const Index to = std::min(end, first_tile * random::tile + chunk);
            const T* noise = buffer;
            if constexpr (is_random<Q>) {
                if (d.supplied_noise) {
                    noise = d.supplied_noise + s * d.size + from;
                } else {
                    const Index start = first_tile * random::tile;
                    const Index tiles = (to - start + random::tile - 1) / random::tile;
                    random::draw_tiles(noise_object(q), of_sample.key, first_tile, tiles, buffer);
                    if (of_sample.negated)
                        for (Index i = 0; i < tiles * random::tile; ++i) buffer[i] = -buffer[i];
                    noise = buffer + (from - start);
                }
            }
            for_each_pack(from, to, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
                S z(0);
                if constexpr (is_random<Q>) z = load<S>(noise + (e - from), n);
                body(e, n, z, prior_sum, variational_sum);
            });
            if (sums) {
                prior_sum.flush();
                variational_sum.flush();
            }
            from = to;
        }
        if (sums) {
            sums[0] += prior_sum.total;
            sums[1] += variational_sum.total;
        }
    }

    /// Completes the parameters of a pack with the prior's constants, which are stored behind them.
    template <class N>
    BLUE_HOST_INLINE static typename Formula::Parameters with_constants(
        typename Formula::Parameters theta, [[maybe_unused]] const D& d, [[maybe_unused]] Index e,
        [[maybe_unused]] N n) {
        BLUE_UNROLL
        for (int k = Formula::count; k < Formula::count + Formula::constants; ++k)
            theta[k] = {load<S>(d.stored + k * d.stride + e, n), S(0), S(0)};
        return theta;
    }

    /// Adds to a gradient, or starts it.
    template <class N>
    BLUE_HOST_INLINE static void put(S value, T* gradient, N n, bool add) {
        store(add ? load<S>(gradient, n) + value : value, gradient, n);
    }

    template <class Gradient, class Parameters>
    BLUE_HOST_INLINE static void add_divergence_gradients(const D& d, Gradient& gradient,
                                                          const Parameters& theta,
                                                          T divergence_gradient) {
        if constexpr (has_closed_form_kl<Q, P>) {
            if (!d.uses_divergence) return;
            const auto kl =
                Formula::template divergence<Formula::count>(distribution(d), prior(d), theta);
            for (int k = 0; k < Formula::count; ++k)
                gradient[static_cast<std::size_t>(k)] += divergence_gradient * kl.derivative(k);
        }
    }

    /// The sum of value(e, n) over [begin, end).
    template <class Value>
    BLUE_HOST_INLINE static double sum_over(Index begin, Index end, Value value) {
        Sum<S> total;
        for (Index from = begin; from < end; from += chunk) {
            for_each_pack(from, std::min(end, from + chunk),
                          [&](Index e, auto n) BLUE_INLINE_LAMBDA { total.add(value(e, n), n); });
            total.flush();
        }
        return total.total;
    }

    template <class Load>
    BLUE_HOST_INLINE static double sum_divergence(const D& d, Index begin, Index end,
                                                  Load load_parameters) {
        if constexpr (has_closed_form_kl<Q, P>) {
            const Q q = distribution(d);
            const P p = prior(d);
            return sum_over(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
                return Formula::template divergence<0>(q, p, load_parameters(e, n)).value;
            });
        } else {
            return 0;
        }
    }

    template <class Load>
    BLUE_HOST_INLINE static double sum_prior_statistic(const D& d, Index begin, Index end,
                                                       Load load_parameters) {
        const Q q = distribution(d);
        const P p = prior(d);
        return sum_over(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            return Formula::prior_statistic(q, p, load_parameters(e, n));
        });
    }

    static double norm_constants(const D& d, double* prior_constant) {
        *prior_constant = norm_constant(prior(d));
        return norm_constant(distribution(d));
    }
};

}  // namespace blue::cpu
