// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Draws whole variables on the CPU, and what all drawing operations share.
#pragma once

#include <blue/backends/cpu/draw.hpp>
#include <blue/backends/cpu/parallel.hpp>

#include <algorithm>
#include <numeric>

namespace blue {
namespace cpu {

/// Prepares the parameters of a variable, and computes its divergence.
template <class B>
void prepare_parameters(Tape<B>& tape, Draw<B>& draw) {
    using T = typename B::scalar;
    const DrawKernels<B>& kernels = *draw.kernels;
    draw.natural = tape.template device_memory<T>(kernels.prepared_arrays * draw.stride);
    const Index blocks = (draw.size + block_size - 1) / block_size;
    Prepared* const prepared = tape.template host_memory<Prepared>(blocks);
    double* const parts = tape.template host_memory<double>(blocks);
    std::fill_n(parts, blocks, 0.0);
    // A fitted prior needs all elements first; other divergences are computed on the way.
    const bool fits = kernels.fit_prior && blue::detail::is_scored(draw);
    const auto measure = fits                   ? kernels.prior_statistic
                         : draw.uses_divergence ? kernels.divergence
                                                : nullptr;
    parallel_blocks(draw.size, 1, draw.size, [&](Index, Index begin, Index end) {
        prepared[begin / block_size] = kernels.prepare(draw, begin, end);
        if (measure) parts[begin / block_size] = measure(draw, begin, end);
    });
    draw.log_prob_offset = 0;
    draw.floor_visible = false;
    for (Index i = 0; i < blocks; ++i) {
        draw.log_prob_offset += prepared[i].log_prob_offset;
        draw.floor_visible |= prepared[i].floor_visible;
    }
    if (fits) {
        kernels.fit_prior(tape, draw, std::accumulate(parts, parts + blocks, 0.0));
        if (draw.uses_divergence)
            parallel_blocks(draw.size, 1, draw.size, [&](Index, Index begin, Index end) {
                parts[begin / block_size] = kernels.divergence(draw, begin, end);
            });
    }
    if (draw.uses_divergence) {
        const auto omitted = blue::detail::omitted_constants(draw);
        const double divergence = std::accumulate(parts, parts + blocks, 0.0);
        *draw.divergence = static_cast<T>(draw.divergence_weight *
                                          (divergence + omitted.prior - omitted.variational));
    }
}

/// Prepares the parameters of a variable and makes room for its weights.
template <class B>
void begin_draw(Tape<B>& tape, Draw<B>& draw) {
    prepare_parameters(tape, draw);
    draw.weight_stride = (draw.size + 63) / 64 * 64;
    draw.weights =
        tape.template device_memory<typename B::scalar>(draw.samples * draw.weight_stride);
}

/// Adds up the sums of the units, samples x units x (prior, variational), in order.
template <class B>
void finish_log_prob(Draw<B>& draw, const double* partial, Index units) {
    using T = typename B::scalar;
    if (!draw.scores_log_prob) return;
    const auto omitted = blue::detail::omitted_constants(draw);
    for (Index s = 0; s < draw.pass_samples; ++s) {
        const double* sums = partial + (draw.samples == 1 ? 0 : s) * units * 2;
        double prior = -omitted.prior, variational = draw.log_prob_offset - omitted.variational;
        for (Index unit = 0; unit < units; ++unit) {
            prior += sums[2 * unit];
            variational += sums[2 * unit + 1];
        }
        draw.log_prob[2 * s] = static_cast<T>(prior);
        draw.log_prob[2 * s + 1] = static_cast<T>(variational);
    }
}

/// Derivatives of the objective with respect to the two log prob sums of one draw: of sample s, or
/// of all samples together when they share the draw.
template <class T>
struct LogProbGradient {
    T prior = 0, variational = 0;
};
template <class B>
auto log_prob_gradient(const Draw<B>& draw, Index s) {
    LogProbGradient<typename B::scalar> sum;
    if (!draw.log_prob_gradient) return sum;
    const Index first = draw.samples == 1 ? 0 : s;
    const Index last = draw.samples == 1 ? draw.pass_samples : s + 1;
    for (Index i = first; i < last; ++i) {
        sum.prior += draw.log_prob_gradient[2 * i];
        sum.variational += draw.log_prob_gradient[2 * i + 1];
    }
    return sum;
}

/// Makes room for the parameter gradients. True when they hold numbers already.
template <class B>
bool begin_gradient(Tape<B>& tape, Draw<B>& draw) {
    using T = typename B::scalar;
    if (!draw.gradient) {
        draw.gradient = tape.template device_memory<T>(parameter_numbers(draw));
        // A joint distribution sees to the padding itself.
        for (Index k = 0; k < draw.kernels->parameters && !draw.layout; ++k)
            std::fill(draw.gradient + k * draw.stride + draw.size,
                      draw.gradient + (k + 1) * draw.stride, T(0));
    }
    return std::exchange(draw.gradient_live, true);
}

/// Completes the parameter gradients of a range: the owner of the draw calls it once, and once more
/// for each part of the samples.
template <class B>
void finish_gradient(const Draw<B>& draw, Index begin, Index end) {
    if (draw.more_follow) return;
    typename B::scalar variational = 0;
    if (draw.log_prob_gradient)
        for (Index s = -draw.earlier_samples; s < draw.pass_samples; ++s)
            variational += draw.log_prob_gradient[2 * s + 1];
    using T = typename B::scalar;
    const T weight = static_cast<T>(draw.divergence_weight);
    draw.kernels->finish(draw, begin, end, variational,
                         draw.divergence_gradient ? weight * *draw.divergence_gradient : 0);
}

}  // namespace cpu

template <class T, class Isa>
void draw_forward(Tape<Cpu<T, Isa>>& tape, Draw<Cpu<T, Isa>>& draw) {
    cpu::begin_draw(tape, draw);
    const Index blocks = (draw.size + cpu::block_size - 1) / cpu::block_size;
    double* const partial = tape.template host_memory<double>(draw.samples * blocks * 2);
    std::fill_n(partial, draw.samples * blocks * 2, 0.0);
    cpu::parallel_blocks(
        draw.size, draw.samples, draw.size * draw.samples, [&](Index s, Index begin, Index end) {
            draw.kernels->sample(draw, s, begin, end,
                                 partial + (s * blocks + begin / cpu::block_size) * 2);
        });
    cpu::finish_log_prob(draw, partial, blocks);
}

template <class T, class Isa>
void copy_weights(Tape<Cpu<T, Isa>>&, const Draw<Cpu<T, Isa>>& draw, Node<Cpu<T, Isa>>& y) {
    for (Index s = 0; s < draw.samples; ++s)
        std::copy_n(draw.weights + s * draw.weight_stride, draw.size, y.value + s * draw.size);
}

/// Turns the gradient with respect to the drawn elements (samples x size; nullptr for none) into
/// gradients of the parameters.
template <class T, class Isa>
void draw_backward(Tape<Cpu<T, Isa>>& tape, Draw<Cpu<T, Isa>>& draw, const T* gradient,
                   bool owner) {
    const bool live = cpu::begin_gradient(tape, draw);
    const T* zeros = nullptr;
    if (!gradient) {
        T* const block = tape.template device_memory<T>(cpu::block_size);
        std::fill_n(block, cpu::block_size, T(0));
        zeros = block;
    }
    cpu::parallel_blocks(
        draw.size, 1, draw.size * draw.samples, [&](Index, Index begin, Index end) {
            for (Index s = 0; s < draw.samples; ++s) {
                // The prior and entropy terms belong to the owner alone.
                const auto slope =
                    owner ? cpu::log_prob_gradient(draw, s) : cpu::LogProbGradient<T>{};
                draw.kernels->accumulate(draw, s, begin, end,
                                         gradient ? gradient + s * draw.size + begin : zeros,
                                         slope.prior, slope.variational, live || s > 0);
            }
            if (owner) cpu::finish_gradient(draw, begin, end);
        });
}

}  // namespace blue
