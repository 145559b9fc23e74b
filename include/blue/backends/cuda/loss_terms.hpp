// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Puts a loss together on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/loss_terms.hpp>

#include <algorithm>

namespace blue {
namespace cuda {

/// One block of threads for all variables, and for the log-likelihoods of all samples.
template <class T>
struct LossTermsForward : Adding<2> {
    using result = typename Adding<2>::result;
    const T* log_likelihood;
    const T* log_probs;
    const T* divergences;
    T* per_variable;
    T* parts;
    T* loss;
    Index likelihoods, variables, samples;
    double data_scale, heat;

    BLUE_HOST_DEVICE result part(Index, int lane) const {
        result sum{};
        for (Index v = lane; v < variables; v += block_lanes) {
            double kl = static_cast<double>(divergences[v]);
            const T* const log_prob = log_probs + v * samples * 2;
            for (Index s = 0; s < samples; ++s)
                kl += (static_cast<double>(log_prob[2 * s + 1]) -
                       static_cast<double>(log_prob[2 * s])) /
                      static_cast<double>(samples);
            per_variable[v] = static_cast<T>(kl);
            sum.total[0] += kl;
        }
        for (Index s = lane; s < likelihoods; s += block_lanes)
            sum.total[1] += static_cast<double>(log_likelihood[s]);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index, int lane, const result& sum) const {
        if (lane != 0) return;
        const double data = data_scale * sum.total[1] / static_cast<double>(likelihoods);
        const double divergence = sum.total[0];
        parts[0] = static_cast<T>(data);
        parts[1] = static_cast<T>(heat * divergence);
        parts[2] = static_cast<T>(divergence);
        *loss = static_cast<T>(data + heat * divergence);
    }
};

/// For i < variables * samples, and i < likelihoods, which are there also without variables.
template <class T>
struct LossTermsBackward {
    const T* slope;
    blue::detail::SampleShare share;
    Index likelihoods, variables;
    double data_scale, heat;
    GradientTarget<T> log_likelihood, log_probs, divergences;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const double d = static_cast<double>(*slope);
        if (i < likelihoods)
            put(log_likelihood.data + i,
                static_cast<T>(likelihoods == 1 ? d * data_scale : share(d * data_scale, i)),
                log_likelihood.add);
        if (i < variables) put(divergences.data + i, static_cast<T>(d * heat), divergences.add);
        if (i < variables * share.samples) {
            const T part = static_cast<T>(share(d * heat, i % share.samples));
            put(log_probs.data + 2 * i, -part, log_probs.add);
            put(log_probs.data + 2 * i + 1, part, log_probs.add);
        }
    }
};

}  // namespace cuda

template <class T, class E>
void loss_terms_forward(Tape<Cuda<T, E>>&, const detail::LossTerms<Cuda<T, E>>& args) {
    E::template reduce<cuda::block_lanes>(1, cuda::LossTermsForward<T>{{},
                                                                       args.log_likelihood->value,
                                                                       args.log_probs->value,
                                                                       args.divergences->value,
                                                                       args.per_variable->value,
                                                                       args.parts->value,
                                                                       args.total->value,
                                                                       args.log_likelihood->samples,
                                                                       args.variables,
                                                                       args.samples,
                                                                       args.data_scale,
                                                                       args.heat});
    if (!args.sample_weights) return;
    E::for_each(args.samples, detail::sample_loss(args));
    E::for_each(1, detail::generalised_mean(args));  // few numbers: one thread
}

template <class T, class E>
void loss_terms_backward(Tape<Cuda<T, E>>&, const detail::LossTerms<Cuda<T, E>>& args,
                         GradientTarget<T> log_likelihood, GradientTarget<T> log_probs,
                         GradientTarget<T> divergences) {
    const Index likelihoods = args.log_likelihood->samples;
    E::for_each(std::max(likelihoods, args.variables * args.samples),
                cuda::LossTermsBackward<T>{args.total->grad,
                                           {args.sample_weights, args.samples},
                                           likelihoods,
                                           args.variables,
                                           args.data_scale,
                                           args.heat,
                                           log_likelihood,
                                           log_probs,
                                           divergences});
}

}  // namespace blue
