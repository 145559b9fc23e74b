// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Puts a loss together on the CPU.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/ops/loss_terms.hpp>

namespace blue {

template <class T, class Isa>
void loss_terms_forward(Tape<Cpu<T, Isa>>&, const detail::LossTerms<Cpu<T, Isa>>& args) {
    double divergence = 0;
    for (Index v = 0; v < args.variables; ++v) {
        double kl = static_cast<double>(args.divergences->value[v]);
        const T* const log_prob = args.log_probs->value + v * args.samples * 2;
        for (Index s = 0; s < args.samples; ++s)
            kl +=
                (static_cast<double>(log_prob[2 * s + 1]) - static_cast<double>(log_prob[2 * s])) /
                static_cast<double>(args.samples);
        args.per_variable->value[v] = static_cast<T>(kl);
        divergence += kl;
    }
    const Index likelihoods = args.log_likelihood->samples;
    double log_likelihood = 0;
    for (Index s = 0; s < likelihoods; ++s)
        log_likelihood += static_cast<double>(args.log_likelihood->value[s]);
    const double data = args.data_scale * log_likelihood / static_cast<double>(likelihoods);
    T* const parts = args.parts->value;
    parts[0] = static_cast<T>(data);
    parts[1] = static_cast<T>(args.heat * divergence);
    parts[2] = static_cast<T>(divergence);
    *args.total->value = static_cast<T>(data + args.heat * divergence);
    if (!args.sample_weights) return;
    const auto loss = detail::sample_loss(args);
    for (Index s = 0; s < args.samples; ++s) loss(s);
    detail::generalised_mean(args)(0);
}

template <class T, class Isa>
void loss_terms_backward(Tape<Cpu<T, Isa>>&, const detail::LossTerms<Cpu<T, Isa>>& args,
                         GradientTarget<T> log_likelihood, GradientTarget<T> log_probs,
                         GradientTarget<T> divergences) {
    const auto put = [](GradientTarget<T> target, Index i, double value) {
        target.data[i] = static_cast<T>(value) + (target.add ? target.data[i] : T(0));
    };
    const double slope = static_cast<double>(*args.total->grad);
    const detail::SampleShare share{args.sample_weights, args.samples};
    const Index likelihoods = args.log_likelihood->samples;
    for (Index s = 0; s < likelihoods; ++s)
        put(log_likelihood, s,
            likelihoods == 1 ? slope * args.data_scale : share(slope * args.data_scale, s));
    for (Index i = 0; i < args.variables * args.samples; ++i) {
        const double part = share(slope * args.heat, i % args.samples);
        put(log_probs, 2 * i, -part);
        put(log_probs, 2 * i + 1, part);
    }
    for (Index v = 0; v < args.variables; ++v) put(divergences, v, slope * args.heat);
}

}  // namespace blue
