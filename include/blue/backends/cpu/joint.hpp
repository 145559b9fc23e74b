// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Joint distributions on the CPU: variables that are drawn as a whole.
#pragma once

#include <blue/backends/cpu/materialise.hpp>
#include <blue/distributions/joint.hpp>

#include <algorithm>

namespace blue {
namespace cpu {

/// What a joint draw keeps for the pass.
template <class T>
struct JointMemory {
    JointVariable<T> variable;
    T* log_std;          ///< of each element
    T* weight_gradient;  ///< samples x weight_stride; nullptr when nothing is recorded
    const T* elements;   ///< means, a gap, and the prior's constants: as of an elementwise variable
};

/// The kernels of a joint distribution. The sweeps over single elements, for priors and closed
/// forms, are those of its marginals: of a variable with the arrays mean and log_std.
template <class Q, class P, class T, class Isa>
struct JointSweep : FormulaSweep<blue::detail::MarginalOf<Q>, P, T, Isa> {
    using Base = FormulaSweep<blue::detail::MarginalOf<Q>, P, T, Isa>;
    using typename Base::D, typename Base::Formula, typename Base::S;
    using B = Cpu<T, Isa>;

    static Q distribution(const D& d) { return blue::detail::distribution_from<Q>(d.distribution); }
    static const JointMemory<T>& memory(const D& d) {
        return *static_cast<const JointMemory<T>*>(d.joint);
    }
    /// The variable as one of single elements.
    static D elements(const D& d) {
        D copy = d;
        copy.layout = nullptr;
        copy.stored = memory(d).elements;
        return copy;
    }

    static void forward(Tape<B>& tape, D& d) {
        const Q q = distribution(d);
        JointMemory<T>& own = *allocate(tape, d, q);
        d.joint = &own;
        q.prepare(own.variable, own.log_std);
        begin_draw(tape, d);
        if (d.uses_divergence)
            *d.divergence +=
                static_cast<T>(d.divergence_weight * q.total_correlation(own.variable));
        if (tape.recording) {
            const Index numbers = d.samples * d.weight_stride;
            own.weight_gradient = tape.template device_memory<T>(numbers);
            std::fill_n(own.weight_gradient, numbers, T(0));
        }
        double* const sums = tape.template host_memory<double>(d.samples * 2);
        const Index noise_numbers = noise_stride(d, q);
        T* const buffers = tape.template device_memory<T>(noise_numbers * pool().threads());
        const auto body = [&](Index s, int worker) {
            sums[2 * s] = sums[2 * s + 1] = 0;
            draw_sample(d, q, s, buffers + worker * noise_numbers, sums + 2 * s);
        };
        parallel_units(d.samples, d.samples * d.size, body);
        finish_log_prob(d, sums, 1);
    }

    static void backward(Tape<B>& tape, D& d) {
        const Q q = distribution(d);
        const JointMemory<T>& own = memory(d);
        begin_gradient(tape, d);
        std::fill_n(d.gradient, parameter_numbers(d), T(0));
        const T divergence_gradient =
            d.divergence_gradient ? static_cast<T>(d.divergence_weight) * *d.divergence_gradient
                                  : T(0);

        // With respect to the elements: their means and the logarithms of their deviations.
        D by_element = elements(d);
        by_element.gradient = tape.template device_memory<T>(2 * d.stride);
        parallel_blocks(d.size, 1, d.size * d.samples, [&](Index, Index begin, Index end) {
            for (Index s = 0; s < d.samples; ++s)
                add_sample(by_element, s, begin, end, own.weight_gradient + s * d.weight_stride,
                           log_prob_gradient(d, s).prior, s > 0);
            Base::finish(by_element, begin, end, 0, divergence_gradient);
            std::copy(by_element.gradient + begin, by_element.gradient + end, d.gradient + begin);
        });

        add_parameter_gradients(tape, d, q);
        const JointGradient<T> gradient = others(d, d.gradient + d.layout->offsets[1]);
        q.prepare_backward(own.variable, by_element.gradient + d.stride, divergence_gradient,
                           gradient);
    }

    /// The prepared numbers of the marginals: standard deviation, its logarithm and inverse.
    static Prepared prepare(const D& d, Index begin, Index end) {
        const T* const log_std = memory(d).log_std;
        Base::for_each_pack(begin, end, [&](Index e, auto n) {
            const S stored = load<S>(log_std + e, n), value = exp(stored);
            store(value, d.natural + e, n);
            store(stored, d.natural + d.stride + e, n);
            store(1 / value, d.natural + 2 * d.stride + e, n);
        });
        return {};
    }
    static double divergence(const D& d, Index begin, Index end) {
        return Base::divergence(elements(d), begin, end);
    }
    static double prior_statistic(const D& d, Index begin, Index end) requires FittedPrior<P> {
        return Base::prior_statistic(elements(d), begin, end);
    }

    /// Adds to the gradient with respect to the weights, for `backward`.
    static void accumulate(const D& d, Index s, Index begin, Index end, const T* weight_gradient, T,
                           T, bool) {
        T* const kept = memory(d).weight_gradient + s * d.weight_stride;
        for (Index e = begin; e < end; ++e) kept[e] += weight_gradient[e - begin];
    }
    /// No operation owns the draw.
    static void sample(const D&, Index, Index, Index, double*) {}
    static void finish(const D&, Index, Index, T, T) {}

private:
    static JointMemory<T>* allocate(Tape<B>& tape, const D& d, const Q& q) {
        const ParameterLayout& layout = *d.layout;
        JointMemory<T>* const own = tape.template host_memory<JointMemory<T>>(1);
        own->variable = {
            layout.rows, layout.columns, d.stored, layout.offsets,
            tape.template host_memory<double>(q.workspace(layout.rows, layout.columns))};
        own->log_std = tape.template device_memory<T>(d.stride);
        own->weight_gradient = nullptr;
        own->elements = d.stored;
        constexpr Index constants = constants_of<P>::size;
        if constexpr (constants > 0) {
            T* const copy = tape.template device_memory<T>((2 + constants) * d.stride);
            std::copy_n(d.stored, d.size, copy);
            std::copy_n(d.stored + layout.numbers(), constants * d.stride, copy + 2 * d.stride);
            own->elements = copy;
        }
        return own;
    }
    static JointGradient<T> others(const D& d, T* numbers) { return {numbers, d.layout->offsets}; }

    static Index noise_stride(const D& d, const Q& q) {
        return (q.noise_size(d.size) + random::tile - 1) / random::tile * random::tile;
    }
    /// The noise of a sample; `buffer` has room for whole tiles.
    static const T* noise(const D& d, const Q& q, Index s, T* buffer) {
        if (d.supplied_noise) return d.supplied_noise + s * q.noise_size(d.size);
        random::draw_tiles(noise_object(q), random::sample_key(d.key, s, d.antithetic).key, 0,
                           noise_stride(d, q) / random::tile, buffer);
        return buffer;
    }
    /// Whether the deviation of a sample has the other sign than its noise gives.
    static bool negated(const D& d, Index s) {
        return !d.supplied_noise && random::sample_key(d.key, s, d.antithetic).negated;
    }

    BLUE_FLATTEN static void draw_sample(const D& d, const Q& q, Index s, T* buffer, double* sums) {
        const JointVariable<T>& variable = memory(d).variable;
        const T* const z = noise(d, q, s, buffer);
        T* const weights = d.weights + s * d.weight_stride;
        q.deviate(variable, z, weights);
        if (d.scores_log_prob) sums[1] = q.log_prob(variable, z, weights);
        const T sign = negated(d, s) ? T(-1) : T(1);
        for (Index e = 0; e < d.size; ++e) weights[e] = d.stored[e] + sign * weights[e];
        if (!d.scores_log_prob) return;
        const D of_elements = elements(d);
        const typename Formula::PreparedPrior p(Base::prior(d));
        sums[0] = Base::sum_over(0, d.size, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            return Formula::template prior_log_prob<0>(
                       p, blue::detail::Argument<S>(load<S>(weights + e, n)),
                       Base::load_parameters(of_elements, e, n))
                .value;
        });
    }

    /// Adds the prior's part to the gradient with respect to the weights of a sample, and that to
    /// the gradients of the elements.
    BLUE_FLATTEN static void add_sample(const D& d, Index s, Index begin, Index end,
                                        T* weight_gradient, T prior_gradient, bool add) {
        constexpr int directions = 1 + Formula::required;
        const typename Formula::PreparedPrior p(Base::prior(d));
        const T* const weights = d.weights + s * d.weight_stride;
        Base::for_each_pack(begin, end, [&](Index e, auto n) BLUE_INLINE_LAMBDA {
            std::array<S, 2> gradient{load<S>(weight_gradient + e, n), S(0)};
            if (d.scores_log_prob) {
                const auto log_p = Formula::template prior_log_prob<directions>(
                    p, blue::detail::Argument<S, directions>::variable(load<S>(weights + e, n), 0),
                    Base::load_parameters(d, e, n));
                gradient[0] += prior_gradient * log_p.derivative(0);
                store(gradient[0], weight_gradient + e, n);
                Base::add_required_gradients(gradient, log_p, S(prior_gradient),
                                             typename Formula::required_indices{});
            }
            for (std::size_t k = 0; k < 2; ++k)
                Base::put(gradient[k], d.gradient + static_cast<Index>(k) * d.stride + e, n, add);
        });
    }

    /// Adds up what the samples give for all parameters but the mean.
    static void add_parameter_gradients(Tape<B>& tape, const D& d, const Q& q) {
        const JointMemory<T>& own = memory(d);
        const Index numbers = d.layout->numbers() - d.layout->offsets[1];
        const Index parts = std::min(d.samples, blue::detail::joint_parts),
                    buffer = noise_stride(d, q);
        T* const sums = tape.template device_memory<T>(parts * numbers);
        T* const buffers = tape.template device_memory<T>(buffer * pool().threads());
        parallel_units(parts, d.samples * d.size, [&](Index part, int worker) {
            T* const sum = sums + part * numbers;
            std::fill_n(sum, numbers, T(0));
            for (Index s = part; s < d.samples; s += parts) {
                T* const weight_gradient = own.weight_gradient + s * d.weight_stride;
                if (negated(d, s))
                    for (Index e = 0; e < d.size; ++e) weight_gradient[e] = -weight_gradient[e];
                q.backward(own.variable, noise(d, q, s, buffers + worker * buffer), weight_gradient,
                           log_prob_gradient(d, s).variational, others(d, sum));
            }
        });
        T* const gradient = d.gradient + d.layout->offsets[1];
        parallel_blocks(numbers, 1, numbers * parts, [&](Index, Index begin, Index end) {
            for (Index part = 0; part < parts; ++part)
                for (Index i = begin; i < end; ++i) gradient[i] += sums[part * numbers + i];
        });
    }
};

}  // namespace cpu

/// The kernels for a joint distribution and a prior.
template <JointDistribution Q, class P, class T, class Isa>
const DrawKernels<Cpu<T, Isa>>* draw_kernels(Cpu<T, Isa>) {
    using Sweep = cpu::JointSweep<Q, P, T, Isa>;
    static constexpr DrawKernels<Cpu<T, Isa>> kernels = [] {
        auto functions = cpu::kernels_of<Sweep, Q, P, T, Isa>();
        functions.joint_forward = &Sweep::forward;
        functions.joint_backward = &Sweep::backward;
        return functions;
    }();
    return &kernels;
}

}  // namespace blue
