// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs the sweeps over a variable by themselves, and the same with plain formulas.
#pragma once

#include <blue/backends/cpu/draw.hpp>
#include <blue/models/initialise.hpp>
#include <blue/testing/gradient_check.hpp>
#include <blue/testing/plain_formulas.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace blue::testing::detail {

/// Which part of an objective a variable contributes.
enum class Terms { log_probs, divergence };

/// A variable with parameters that vary over its elements, and the gradients that reach it.
template <class Q, class P, class T>
struct SweepInput {
    static constexpr Index size = 1301, stride = (size + 15) / 16 * 16;  // no multiple of a pack
    static constexpr int parameters = Q::parameters::size, constants = constants_of<P>::size;
    static constexpr double gap = std::numeric_limits<double>::quiet_NaN();

    Index samples = is_random<Q> ? 3 : 1;
    Terms terms;
    random::Key key;
    std::vector<T> stored, weight_gradient, supplied_noise;
    /// With respect to the log prob sums of each sample: prior, variational; and to the divergence.
    std::vector<std::array<T, 2>> log_prob_gradient;
    T divergence_gradient = 0;

    SweepInput(const Q&, const std::vector<NaturalValues<Q>>& points, Seed seed, Terms wanted)
        : terms(wanted),
          key{seed.value, 7, 3, 0, static_cast<std::uint32_t>(random::purpose::weights)},
          stored(static_cast<std::size_t>((parameters + constants) * stride), static_cast<T>(gap)) {
        for (Index e = 0; e < size; ++e)
            for (int k = parameters; k < parameters + constants; ++k)
                stored[static_cast<std::size_t>(k * stride + e)] =
                    static_cast<T>(0.3 * std::sin(static_cast<double>(e + k)));
        for (Index e = 0; e < size; ++e)
            for (int k = 0; k < parameters; ++k)
                stored[static_cast<std::size_t>(k * stride + e)] = static_cast<T>(
                    stored_value(Q::parameters::transforms[static_cast<std::size_t>(k)],
                                 points[static_cast<std::size_t>(e) % points.size()]
                                       [static_cast<std::size_t>(k)]) +
                    0.1 * std::cos(static_cast<double>(e + k)));
        for (Index i = 0; i < samples * size; ++i)
            weight_gradient.push_back(static_cast<T>(std::sin(1 + 0.3 * static_cast<double>(i))));
        for (Index s = 0; s < samples; ++s)
            log_prob_gradient.push_back(
                terms == Terms::divergence
                    ? std::array<T, 2>{}
                    : std::array<T, 2>{T(-0.5) * T(s + 1), T(0.25) * T(s + 1)});
        if (terms == Terms::divergence) divergence_gradient = T(0.75);
    }

    /// Noise of a sample, as the generator draws it.
    std::vector<T> drawn_noise(const Q& q, Index s) const {
        std::vector<T> noise(
            static_cast<std::size_t>((size + random::tile - 1) / random::tile * random::tile));
        random::Key key_of_sample = key;
        key_of_sample.sample += static_cast<std::uint32_t>(s);
        if constexpr (is_random<Q>)
            random::draw_tiles(noise_object(q), key_of_sample, 0,
                               static_cast<Index>(noise.size()) / random::tile, noise.data());
        return noise;
    }
    void supply_noise(const Q& q) {
        for (Index s = 0; s < samples; ++s) {
            const std::vector<T> noise = drawn_noise(q, s);
            supplied_noise.insert(supplied_noise.end(), noise.begin(), noise.begin() + size);
        }
    }
    NaturalValues<Q> natural(const NaturalValues<Q>& stored_values) const {
        NaturalValues<Q> values;
        for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = natural_value(Q::parameters::transforms[k], stored_values[k]);
        return values;
    }
};

/// What sweeps compute, as doubles, and how large the numbers are that their errors are measured
/// by.
struct SweepOutcome {
    std::vector<double> weights, log_probs,
        gradients;  ///< samples x size, samples x 2, parameters x size
    double divergence = 0;
    bool inside = true, finite = true;
    std::vector<double> weight_scale, log_prob_scale, gradient_scale;
    double divergence_scale = 0;

    bool operator==(const SweepOutcome& other) const {
        return weights == other.weights && log_probs == other.log_probs &&
               gradients == other.gradients && divergence == other.divergence;
    }
};

/// Runs the sweeps of a class over ranges that end at the cuts. Around and between the arrays there
/// are numbers that are NaN: whatever reads them shows, and so does whatever overwrites them.
template <class Sweep, class Q, class P, class T>
SweepOutcome run_sweep(const Q& q, const P& p, const SweepInput<Q, P, T>& in,
                       const std::vector<Index>& cuts) {
    using Input = SweepInput<Q, P, T>;
    const auto nans = [](Index n) {
        return std::vector<T>(static_cast<std::size_t>(n), static_cast<T>(Input::gap));
    };
    const Index n = Input::size;
    std::vector<T> natural = nans((Sweep::prepared_arrays + 1) * Input::stride);
    std::vector<T> weights = nans((in.samples + 1) * Input::stride);
    std::vector<T> gradient = nans((Input::parameters + 1) * Input::stride);
    typename Sweep::D draw{};
    draw.distribution = &q;
    draw.prior = &p;
    draw.size = n;
    draw.stride = draw.weight_stride = Input::stride;
    draw.stored = in.stored.data();
    draw.natural = natural.data();
    draw.weights = weights.data();
    draw.gradient = gradient.data();
    draw.samples = in.samples;
    draw.supplied_noise = in.supplied_noise.empty() ? nullptr : in.supplied_noise.data();
    draw.key = in.key;
    draw.scores_log_prob = in.terms == Terms::log_probs;
    draw.uses_divergence = in.terms == Terms::divergence;
    draw.norm_constants = true;

    const auto for_each_range = [&](auto body) {
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i) body(cuts[i], cuts[i + 1]);
    };
    SweepOutcome out;
    double offset = 0;
    for_each_range([&](Index begin, Index end) {
        const cpu::Prepared prepared = Sweep::prepare(draw, begin, end);
        offset += prepared.log_prob_offset;
        draw.floor_visible |= prepared.floor_visible;
        if constexpr (has_closed_form_kl<Q, P>)
            if (draw.uses_divergence) out.divergence += Sweep::divergence(draw, begin, end);
    });
    T variational_gradient = 0;
    for (Index s = 0; s < in.samples; ++s) {
        const auto [by_prior, by_variational] = in.log_prob_gradient[static_cast<std::size_t>(s)];
        variational_gradient += by_variational;
        double sums[2] = {0, offset};
        for_each_range([&](Index begin, Index end) { Sweep::sample(draw, s, begin, end, sums); });
        for_each_range([&, a = by_prior, b = by_variational](Index begin, Index end) {
            Sweep::accumulate(draw, s, begin, end, in.weight_gradient.data() + s * n + begin, a, b,
                              s > 0);
        });
        out.log_probs.insert(out.log_probs.end(), sums, sums + (draw.scores_log_prob ? 2 : 0));
    }
    for_each_range([&](Index begin, Index end) {
        Sweep::finish(draw, begin, end, variational_gradient, in.divergence_gradient);
    });

    const auto collect = [&](const std::vector<T>& from, Index arrays, std::vector<double>& to) {
        for (Index i = 0; i < static_cast<Index>(from.size()); ++i) {
            const double number = static_cast<double>(from[static_cast<std::size_t>(i)]);
            const bool beyond = i / Input::stride >= arrays || i % Input::stride >= n;
            (beyond ? out.inside : out.finite) &=
                beyond ? std::isnan(number) : std::isfinite(number);
            if (!beyond) to.push_back(number);
        }
    };
    collect(weights, in.samples, out.weights);
    collect(gradient, Input::parameters, out.gradients);
    for (const auto* numbers : {&out.weights, &out.gradients, &out.log_probs})
        for (double number : *numbers)
            (numbers == &out.weights     ? out.weight_scale
             : numbers == &out.gradients ? out.gradient_scale
                                         : out.log_prob_scale)
                .push_back(std::fmax(1, std::abs(number)));
    out.divergence_scale = std::fmax(1, std::abs(out.divergence));
    return out;
}

/// The same with formulas on one double at a time; derivatives by differences.
template <class Q, class P, class T>
SweepOutcome reference_sweep(const Q& q, const P& p, const SweepInput<Q, P, T>& in) {
    using Input = SweepInput<Q, P, T>;
    using Theta = NaturalValues<Q>;
    PlainFormulas<Q, P> plain{q, p};
    const auto take_constants = [&](Index e) {
        for (std::size_t c = 0; c < plain.constants.size(); ++c)
            plain.constants[c] = static_cast<double>(
                in.stored[(Input::parameters + c) * static_cast<std::size_t>(Input::stride) +
                          static_cast<std::size_t>(e)]);
    };
    const Index n = Input::size;
    const bool scored = in.terms == Terms::log_probs;
    SweepOutcome out;
    out.gradients.resize(static_cast<std::size_t>(Input::parameters * n));
    out.gradient_scale.resize(out.gradients.size());
    const auto stored = [&](Index e) {
        Theta values;
        for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = static_cast<double>(in.stored[k * static_cast<std::size_t>(Input::stride) +
                                                      static_cast<std::size_t>(e)]);
        return values;
    };
    const auto add_gradients = [&](Index e, auto value) {
        for (std::size_t k = 0; k < static_cast<std::size_t>(Input::parameters); ++k) {
            Theta at = stored(e);
            const double original = at[k];
            const double slope = kinked_difference([&](double by) {
                at[k] = original + by;
                return value(in.natural(at));
            });
            const auto i = k * static_cast<std::size_t>(n) + static_cast<std::size_t>(e);
            out.gradients[i] += slope;
            out.gradient_scale[i] += std::abs(slope);
        }
    };
    for (Index s = 0; s < in.samples; ++s) {
        const std::vector<T> noise = in.drawn_noise(q, s);
        const auto [a, b] = in.log_prob_gradient[static_cast<std::size_t>(s)];
        double sums[2] = {}, scale[2] = {};
        for (Index e = 0; e < n; ++e) {
            take_constants(e);
            const Theta theta = in.natural(stored(e));
            const double z = static_cast<double>(noise[static_cast<std::size_t>(e)]);
            const double w = plain.sample(z, theta);
            out.weights.push_back(w);
            out.weight_scale.push_back(1 + std::abs(w));
            const double dw =
                static_cast<double>(in.weight_gradient[static_cast<std::size_t>(s * n + e)]);
            add_gradients(e, [&](const Theta& t) { return dw * plain.sample(z, t); });
            if (!scored) continue;
            const double log_probs[2] = {plain.prior_log_prob(w, theta), plain.log_prob(w, theta)};
            for (int i = 0; i < 2; ++i) {
                sums[i] += log_probs[i];
                scale[i] += 1 + std::abs(log_probs[i]);
            }
            add_gradients(e, [&, factor = static_cast<double>(a)](const Theta& t) {
                return factor * plain.prior_log_prob(plain.sample(z, t), t);
            });
            add_gradients(e, [&, factor = static_cast<double>(b)](const Theta& t) {
                return factor * plain.log_prob(plain.sample(z, t), t);
            });
        }
        out.log_probs.insert(out.log_probs.end(), sums, sums + (scored ? 2 : 0));
        out.log_prob_scale.insert(out.log_prob_scale.end(), scale, scale + (scored ? 2 : 0));
    }
    if constexpr (has_closed_form_kl<Q, P>)
        if (!scored)
            for (Index e = 0; e < n; ++e) {
                take_constants(e);
                const double kl = plain.divergence(in.natural(stored(e)));
                out.divergence += kl;
                out.divergence_scale += 1 + std::abs(kl);
                add_gradients(e, [&](const Theta& t) {
                    return static_cast<double>(in.divergence_gradient) * plain.divergence(t);
                });
            }
    for (double& scale : out.gradient_scale) scale += 1;
    return out;
}

}  // namespace blue::testing::detail
