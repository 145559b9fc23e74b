// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Puts a loss together on the device.
#pragma once

#include <blue/backends/cuda/cuda.hpp>
#include <blue/ops/loss_terms.hpp>

namespace blue {
namespace cuda {

/// One block of threads for all variables.
template <class T>
struct LossTermsForward : Adding<1> {
    const T* log_likelihood;
    const T* log_probs;
    const T* divergences;
    T* per_variable;
    T* parts;
    T* loss;
    Index variables, samples;
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
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index, int lane, const result& sum) const {
        if (lane != 0) return;
        const double data = data_scale * static_cast<double>(*log_likelihood);
        const double divergence = sum.total[0];
        parts[0] = static_cast<T>(data);
        parts[1] = static_cast<T>(heat * divergence);
        parts[2] = static_cast<T>(divergence);
        *loss = static_cast<T>(data + heat * divergence);
    }
};

/// For i < variables * samples, and for the log-likelihood, which is there also without variables.
template <class T>
struct LossTermsBackward {
    const T* slope;
    Index variables, samples;
    double data_scale, heat;
    GradientTarget<T> log_likelihood, log_probs, divergences;

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const double d = static_cast<double>(*slope);
        const T part = static_cast<T>(d * heat / static_cast<double>(samples));
        if (i == 0) put(log_likelihood.data, static_cast<T>(d * data_scale), log_likelihood.add);
        if (i < variables) put(divergences.data + i, static_cast<T>(d * heat), divergences.add);
        if (i < variables * samples) {
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
                                                                       args.variables,
                                                                       args.samples,
                                                                       args.data_scale,
                                                                       args.heat});
}

template <class T, class E>
void loss_terms_backward(Tape<Cuda<T, E>>&, const detail::LossTerms<Cuda<T, E>>& args,
                         GradientTarget<T> log_likelihood, GradientTarget<T> log_probs,
                         GradientTarget<T> divergences) {
    E::for_each(
        1 + args.variables * args.samples,
        cuda::LossTermsBackward<T>{args.total->grad, args.variables, args.samples, args.data_scale,
                                   args.heat, log_likelihood, log_probs, divergences});
}

}  // namespace blue
