// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions on the device: variables that are drawn as a whole.
#pragma once

#include <blue/backends/cuda/joint_bodies.hpp>
#include <blue/backends/cuda/materialise.hpp>
#include <blue/backends/cuda/tables.hpp>

#include <algorithm>

namespace blue {
namespace cuda {

/// Launches the kernels of a joint distribution.
template <class Q, class P, class T, class E>
struct JointLaunch : Launch<blue::detail::MarginalOf<Q>, P, T, E, JointElements<Q, P, T>> {
    using Sweep = JointElements<Q, P, T>;
    using B = Cuda<T, E>;
    using D = Draw<B>;

    static void forward(Tape<B>& tape, D& d) {
        const Q q = blue::detail::distribution_from<Q>(d.distribution);
        JointMemory<T>& own = *allocate(tape, d, q);
        d.joint = &own;
        double* const correlation =
            d.uses_divergence ? tape.template device_memory<double>(1) : nullptr;
        E::teams(1, JointPrepare<Q, T>{q, own.variable, own.log_std, correlation});
        double* const constants = begin_draw(tape, d);
        if (correlation)
            E::for_each(1, AddScaledNumber<T>{correlation, d.divergence_weight, d.divergence});
        if (tape.recording) {
            const Index numbers = d.samples * d.weight_stride;
            own.weight_gradient = tape.template device_memory<T>(numbers);
            B::memory::fill_zero(own.weight_gradient, numbers);
        }
        const Index blocks = ceil_div(d.size, block_size);
        const auto if_scored = [&](Index numbers) {
            return d.scores_log_prob ? tape.template device_memory<double>(numbers) : nullptr;
        };
        double *const log_prob = if_scored(d.samples), *const parts =
                                                           if_scored(2 * d.samples * blocks);
        E::teams(d.samples, JointDeviate<Q, T>{q, own.variable, own.noise, own.noise_stride,
                                               d.weights, d.weight_stride, log_prob});
        E::template reduce<block_lanes>(d.samples * blocks,
                                        JointPlace<Sweep>{{}, Sweep(d), blocks, log_prob, parts});
        finish_log_prob(d, parts, constants, blocks);
    }

    static void backward(Tape<B>& tape, D& d) {
        const Q q = blue::detail::distribution_from<Q>(d.distribution);
        const JointMemory<T>& own = *static_cast<const JointMemory<T>*>(d.joint);
        begin_gradient(tape, d);
        B::memory::fill_zero(d.gradient, parameter_numbers(d));
        T* const log_std_gradient = tape.template device_memory<T>(d.stride);
        E::for_each(d.size, JointCollect<Sweep, T>{Sweep(d), d.gradient, log_std_gradient});

        const Index first = d.layout->offsets[1], numbers = d.layout->numbers() - first;
        const Index parts = std::min(d.samples, blue::detail::joint_parts);
        T *const sums = tape.template device_memory<T>(parts * numbers), *const others =
                                                                             d.gradient + first;
        B::memory::fill_zero(sums, parts * numbers);
        E::teams(parts, JointBackward<Q, T>{q, own, DrawView<T>(d, Sweep::prepared_arrays), parts,
                                            sums, numbers});
        E::for_each(numbers, AddParts<T>{sums, parts, numbers, others});
        E::teams(1,
                 JointPrepareBackward<Q, Sweep, T>{q, own.variable, Sweep(d), log_std_gradient,
                                                   JointGradient<T>{others, own.variable.offsets}});
    }

    static void accumulate(const D& d, const Accumulation<T>& a) {
        T* const kept = static_cast<const JointMemory<T>*>(d.joint)->weight_gradient;
        if (a.weight_gradient)
            E::for_each(a.samples * d.size,
                        KeepGradient<T>{a.weight_gradient, a.stride, d.size,
                                        kept + a.first * d.weight_stride, d.weight_stride});
    }
    /// No operation owns the draw.
    static void sample(const D&, double*) {}
    static constexpr auto divergence_or_null() -> void (*)(const D&, double*) {
        if constexpr (has_closed_form_kl<Q, P>)
            return &JointLaunch::divergence;
        else
            return nullptr;
    }

private:
    static JointMemory<T>* allocate(Tape<B>& tape, const D& d, const Q& q) {
        const ParameterLayout& layout = *d.layout;
        JointMemory<T>* const own = tape.template host_memory<JointMemory<T>>(1);
        own->variable = {
            layout.rows, layout.columns, d.stored,
            put_table(tape, layout.offsets, layout.parameters + 1),
            tape.template device_memory<double>(q.workspace(layout.rows, layout.columns))};
        own->log_std = tape.template device_memory<T>(d.stride);
        own->weight_gradient = nullptr;
        own->elements = d.stored;
        constexpr Index constants = constants_of<P>::size;
        if constexpr (constants > 0) {
            T* const copy = tape.template device_memory<T>((2 + constants) * d.stride);
            B::memory::copy(copy, d.stored, d.size);
            B::memory::copy(copy + 2 * d.stride, d.stored + layout.numbers(), constants * d.stride);
            own->elements = copy;
        }
        const Index size = q.noise_size(d.size);
        own->noise = d.supplied_noise;
        own->noise_stride = size;
        if (!d.supplied_noise && size > 0) {
            const Index units = unit_count(size);
            own->noise_stride = units * unit_size;
            T* const noise = tape.template device_memory<T>(d.samples * own->noise_stride);
            E::for_each(d.samples * units,
                        JointNoise<T, noise_of<Q>>{noise_object(q), d.key, d.antithetic, units,
                                                   own->noise_stride, noise});
            own->noise = noise;
        }
        return own;
    }
};

}  // namespace cuda

/// The kernels for a joint distribution and a prior.
template <JointDistribution Q, class P, class T, class Executor>
const DrawKernels<Cuda<T, Executor>>* draw_kernels(Cuda<T, Executor>) {
    using Launch = cuda::JointLaunch<Q, P, T, Executor>;
    static constexpr DrawKernels<Cuda<T, Executor>> kernels = [] {
        auto functions = cuda::kernels_of<Launch, Q, P, T, Executor>();
        functions.joint_forward = &Launch::forward;
        functions.joint_backward = &Launch::backward;
        return functions;
    }();
    return &kernels;
}

}  // namespace blue
