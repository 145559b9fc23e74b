// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Draws whole variables on the device, and what all drawing operations share.
#pragma once

#include <blue/backends/cuda/draw.hpp>

#include <numeric>
#include <utility>

namespace blue {
namespace cuda {

/// The log probs of each sample from the sums of the blocks.
template <class T>
struct LogProbBody : Adding<2> {
    const double* parts;      ///< draws x blocks x (prior, variational)
    const double* constants;  ///< blocks
    Index blocks;
    bool shared;  ///< one draw for all samples
    double prior_constant, variational_constant;
    T* log_prob;

    BLUE_HOST_DEVICE result part(Index s, int lane) const {
        const double* const of_sample = parts + (shared ? 0 : s) * blocks * 2;
        result sum{};
        for (Index i = lane; i < blocks; i += block_lanes) {
            sum.total[0] += of_sample[2 * i];
            sum.total[1] += of_sample[2 * i + 1] + constants[i];
        }
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index s, int lane, const result& sum) const {
        if (lane != 0) return;
        log_prob[2 * s] = static_cast<T>(sum.total[0] - prior_constant);
        log_prob[2 * s + 1] = static_cast<T>(sum.total[1] - variational_constant);
    }
};

template <class T>
struct CopyWeights {
    const T* weights;
    Index stride, size;
    T* y;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, e] = divide(i, size);
        y[i] = weights[s * stride + e];
    }
};

/// Zeros behind the gradients of each parameter: optimisers read whole arrays.
template <class T>
struct ClearPadding {
    T* gradient;
    Index size, stride;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [k, e] = divide(i, stride - size);
        gradient[k * stride + size + e] = T(0);
    }
};

/// Makes room for the parameter gradients. True when they hold numbers already.
template <class T, class Executor>
bool begin_gradient(Tape<Cuda<T, Executor>>& tape, Draw<Cuda<T, Executor>>& draw) {
    if (!draw.gradient) {
        draw.gradient = tape.template device_memory<T>(parameter_numbers(draw));
        // A joint distribution sees to the padding itself.
        if (!draw.layout)
            Executor::for_each(draw.kernels->parameters * (draw.stride - draw.size),
                               ClearPadding<T>{draw.gradient, draw.size, draw.stride});
    }
    return std::exchange(draw.gradient_live, true);
}

/// Fits the prior of a draw to its prepared parameters. Waits for the device.
template <class T, class Executor>
void fit_prior(Tape<Cuda<T, Executor>>& tape, Draw<Cuda<T, Executor>>& draw, Index blocks) {
    double* const parts = tape.template device_memory<double>(blocks);
    double* const host = tape.template host_memory<double>(blocks);
    draw.kernels->prior_statistic(draw, parts);
    Executor::copy_to_host(host, parts, static_cast<std::size_t>(blocks) * sizeof(double));
    draw.kernels->fit_prior(tape, draw, std::accumulate(host, host + blocks, 0.0));
}

/// Prepares the parameters of a variable, and computes its divergence. Per block, what the log
/// probs of all samples have in common.
template <class T, class Executor>
double* prepare_parameters(Tape<Cuda<T, Executor>>& tape, Draw<Cuda<T, Executor>>& draw) {
    const DrawKernels<Cuda<T, Executor>>& kernels = *draw.kernels;
    const Index blocks = ceil_div(draw.size, block_size);
    draw.natural = tape.template device_memory<T>(kernels.prepared_arrays * draw.stride + blocks);
    double* const constants = tape.template device_memory<double>(blocks);
    kernels.prepare(draw, constants);
    if (kernels.fit_prior && blue::detail::is_scored(draw)) fit_prior(tape, draw, blocks);
    if (draw.uses_divergence) {
        const auto omitted = blue::detail::omitted_constants(draw);
        double* const parts = tape.template device_memory<double>(blocks);
        kernels.divergence(draw, parts);
        Executor::template reduce<block_lanes>(1, SumParts<T>{{},
                                                              parts,
                                                              blocks,
                                                              draw.divergence,
                                                              false,
                                                              omitted.prior - omitted.variational,
                                                              draw.divergence_weight});
    }
    return constants;
}

/// Prepares the parameters of a variable and makes room for its weights.
template <class T, class Executor>
double* begin_draw(Tape<Cuda<T, Executor>>& tape, Draw<Cuda<T, Executor>>& draw) {
    double* const constants = prepare_parameters(tape, draw);
    draw.weight_stride = ceil_div(draw.size, 64) * 64;
    draw.weights = tape.template device_memory<T>(draw.samples * draw.weight_stride);
    return constants;
}

/// The log probs of all samples from the sums of the blocks.
template <class T, class Executor>
void finish_log_prob(const Draw<Cuda<T, Executor>>& draw, const double* parts,
                     const double* constants, Index blocks) {
    if (!draw.scores_log_prob) return;
    const auto omitted = blue::detail::omitted_constants(draw);
    Executor::template reduce<block_lanes>(draw.pass_samples, LogProbBody<T>{{},
                                                                             parts,
                                                                             constants,
                                                                             blocks,
                                                                             draw.samples == 1,
                                                                             omitted.prior,
                                                                             omitted.variational,
                                                                             draw.log_prob});
}

}  // namespace cuda

template <class T, class Executor>
void draw_forward(Tape<Cuda<T, Executor>>& tape, Draw<Cuda<T, Executor>>& draw) {
    const Index blocks = cuda::ceil_div(draw.size, cuda::block_size);
    double* const constants = cuda::begin_draw(tape, draw);
    double* const parts = draw.scores_log_prob
                              ? tape.template device_memory<double>(draw.samples * blocks * 2)
                              : nullptr;
    draw.kernels->sample(draw, parts);
    cuda::finish_log_prob(draw, parts, constants, blocks);
}

template <class T, class Executor>
void copy_weights(Tape<Cuda<T, Executor>>&, const Draw<Cuda<T, Executor>>& draw,
                  Node<Cuda<T, Executor>>& y) {
    Executor::for_each(draw.samples * draw.size,
                       cuda::CopyWeights<T>{draw.weights, draw.weight_stride, draw.size, y.value});
}

/// Turns the gradient with respect to the drawn elements (samples x size; nullptr for none) into
/// gradients of the parameters.
template <class T, class Executor>
void draw_backward(Tape<Cuda<T, Executor>>& tape, Draw<Cuda<T, Executor>>& draw,
                   std::type_identity_t<const T*> gradient, bool owner) {
    const bool live = cuda::begin_gradient(tape, draw);
    draw.kernels->accumulate(draw, {gradient, draw.size, 0, draw.samples, owner, live, owner});
}

}  // namespace blue
