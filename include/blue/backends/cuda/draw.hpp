// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sampling and scoring on the device: kernels generated from the formulas of distributions.
#pragma once

#include <blue/backends/cuda/sweep.hpp>

namespace blue {

namespace cuda {

/// Parameter gradients of samples [first, first + samples) from gradients with respect to their
/// weights.
template <class T>
struct Accumulation {
    const T*
        weight_gradient;  ///< of sample first + i: weight_gradient + i stride; nullptr for zeros
    Index stride;
    Index first, samples;
    bool owner;   ///< adds the terms of the log probs
    bool add;     ///< adds to the gradients or starts them
    bool finish;  ///< turns them into those of the stored parameters: after the last samples, by
                  ///< the owner
};

/// Prepares the parameters; per block the constant part of the log density and the smallest ratio.
template <class Sweep, class T>
struct PrepareBody {
    using result = Sums<2>;
    Sweep sweep;
    double* constants;

    BLUE_HOST_DEVICE static result combine(result a, const result& b) {
        a.total[0] += b.total[0];
        a.total[1] = b.total[1] < a.total[1] ? b.total[1] : a.total[1];
        return a;
    }
    BLUE_HOST_DEVICE result part(Index block, int lane) const {
        T smallest_ratio = 1;
        result sum{};
        for (Index e = block * block_size + lane; e < (block + 1) * block_size; e += block_lanes)
            if (e < sweep.d.size) sum.total[0] += sweep.prepare(e, smallest_ratio);
        sum.total[1] = static_cast<double>(smallest_ratio);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index block, int lane, const result& sum) const {
        if (lane != 0) return;
        constants[block] = sum.total[0];
        sweep.d.ratios[block] = static_cast<T>(sum.total[1]);
    }
};

/// Draws all samples; per sample and block the sums of the log probs.
template <class Sweep, class T>
struct SampleBody : Adding<2> {
    Sweep sweep;
    Index blocks;
    double* parts;  ///< samples x blocks x (prior, variational); nullptr when they are not wanted

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const auto [s, block] = divide(group, blocks);
        T sums[2] = {};
        constexpr Index units = block_size / unit_size;
        for (Index u = lane; u < units; u += block_lanes) {
            const Unit unit(block * units + u);
            if (unit.first >= sweep.d.size) break;
            T noise[unit_size];
            sweep.d.load_noise(sweep.noise, s, unit, noise);
            BLUE_UNROLL
            for (int j = 0; j < unit_size; ++j)
                if (unit.element(j) < sweep.d.size)
                    sweep.sample(unit.element(j), s, noise[j], sums);
        }
        return {{static_cast<double>(sums[0]), static_cast<double>(sums[1])}};
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane != 0 || !parts) return;
        parts[2 * group] = sum.total[0];
        parts[2 * group + 1] = sum.total[1];
    }
};

/// Per block a sum over the elements.
template <class Sweep>
struct ElementSumBody : Adding<1> {
    Sweep sweep;
    double* parts;

    template <class Value>
    BLUE_HOST_DEVICE result sum_of(Index block, int lane, Value value) const {
        result sum{};
        for (Index e = block * block_size + lane; e < (block + 1) * block_size; e += block_lanes)
            if (e < sweep.d.size) sum.total[0] += value(e);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index block, int lane, const result& sum) const {
        if (lane == 0) parts[block] = sum.total[0];
    }
};

/// Of the closed-form divergence.
template <class Sweep>
struct DivergenceBody : ElementSumBody<Sweep> {
    BLUE_HOST_DEVICE auto part(Index block, int lane) const {
        return this->sum_of(block, lane, [this](Index e) { return this->sweep.divergence(e); });
    }
};

/// Of what a fitted prior follows from.
template <class Sweep>
struct PriorStatisticBody : ElementSumBody<Sweep> {
    BLUE_HOST_DEVICE auto part(Index block, int lane) const {
        return this->sum_of(block, lane,
                            [this](Index e) { return this->sweep.prior_statistic(e); });
    }
};

/// Parameter gradients, over the samples in order: one unit per thread where noise is drawn again,
/// else one element.
template <class Sweep, class T>
struct AccumulateBody {
    static constexpr int elements = Sweep::draws_again ? unit_size : 1;
    using S = math::Number<T>;
    Sweep sweep;
    Accumulation<T> a;

    static Index count(Index size) { return elements == 1 ? size : unit_count(size); }

    BLUE_HOST_DEVICE void operator()(Index i) const {
        const Unit unit(i);
        const auto element = [&](int j) { return elements == 1 ? i : unit.element(j); };
        const DrawView<T>& d = sweep.d;
        S gradient[elements][Sweep::count];
        for (int j = 0; j < elements; ++j)
            for (int k = 0; k < Sweep::count; ++k)
                gradient[j][k] =
                    a.add && element(j) < d.size ? S(d.gradient[k * d.stride + element(j)]) : S(0);
        for (Index s = 0; s < a.samples; ++s) {
            const auto slope = a.owner ? d.slopes(a.first + s) : LogProbGradient<T>{};
            T noise[unit_size] = {};
            if constexpr (Sweep::draws_again) d.load_noise(sweep.noise, a.first + s, unit, noise);
            BLUE_UNROLL
            for (int j = 0; j < elements; ++j) {
                const Index e = element(j);
                if (e < d.size)
                    sweep.accumulate(e, a.first + s, noise[j],
                                     a.weight_gradient ? a.weight_gradient[s * a.stride + e] : T(0),
                                     slope, gradient[j]);
            }
        }
        if (a.finish) {
            const T variational = d.variational_slope();
            const T divergence =
                d.divergence_gradient ? d.divergence_weight * *d.divergence_gradient : T(0);
            for (int j = 0; j < elements; ++j)
                if (element(j) < d.size)
                    sweep.finish(element(j), variational, divergence, gradient[j]);
        }
        for (int j = 0; j < elements; ++j)
            for (int k = 0; k < Sweep::count; ++k)
                if (element(j) < d.size)
                    d.gradient[k * d.stride + element(j)] = gradient[j][k].r[0];
    }
};

/// Launches the kernels of a pair of distributions.
template <class Q, class P, class T, class Executor, class SweepT = cuda::Sweep<Q, P, T>>
struct Launch {
    using D = Draw<Cuda<T, Executor>>;
    using Sweep = SweepT;

    static void prepare(const D& d, double* constants) {
        Executor::template reduce<block_lanes>(ceil_div(d.size, block_size),
                                               PrepareBody<Sweep, T>{Sweep(d), constants});
    }
    static void sample(const D& d, double* parts) {
        const Index blocks = ceil_div(d.size, block_size);
        Executor::template reduce<block_lanes>(d.samples * blocks,
                                               SampleBody<Sweep, T>{{}, Sweep(d), blocks, parts});
    }
    static void divergence(const D& d, double* parts) {
        Executor::template reduce<block_lanes>(ceil_div(d.size, block_size),
                                               DivergenceBody<Sweep>{{{}, Sweep(d), parts}});
    }
    static void prior_statistic(const D& d, double* parts) {
        Executor::template reduce<block_lanes>(ceil_div(d.size, block_size),
                                               PriorStatisticBody<Sweep>{{{}, Sweep(d), parts}});
    }
    static void accumulate(const D& d, const Accumulation<T>& accumulation) {
        using Body = AccumulateBody<Sweep, T>;
        Body body{Sweep(d), accumulation};
        body.a.finish &= !d.more_follow;
        Executor::for_each(Body::count(d.size), body);
    }
    static double norm_constants(const D& d, double* prior_constant) {
        *prior_constant = norm_constant(*static_cast<const P*>(d.prior));
        return norm_constant(blue::detail::distribution_from<Q>(d.distribution));
    }
    /// Only where there is a closed form: else the kernel is not even compiled.
    static constexpr auto divergence_or_null() -> void (*)(const D&, double*) {
        if constexpr (has_closed_form_kl<Q, P>)
            return &divergence;
        else
            return nullptr;
    }
};

}  // namespace cuda

/// What the device does with a variable. All functions start kernels and return.
template <class T, class Executor>
struct DrawKernels<Cuda<T, Executor>> {
    using D = Draw<Cuda<T, Executor>>;

    /// Number of arrays of `Draw::stride` numbers in `Draw::natural`; behind them one number per
    /// block of elements.
    int prepared_arrays;
    int parameters;
    /// As on the CPU: whether gradients of a scale are accumulated with respect to its logarithm.
    bool by_log_scale;
    /// Fills `natural` from `stored`. Leaves per block what the variational log prob of each sample
    /// has in common.
    void (*prepare)(const D&, double* constants);
    /// Draws all samples into `weights`. Leaves sums of log probs, samples x blocks x (prior,
    /// variational).
    void (*sample)(const D&, double* parts);
    /// Closed-form divergence per block; nullptr when the pair has none.
    void (*divergence)(const D&, double* parts);
    /// Parameter gradients, also the last step to those of the stored parameters.
    void (*accumulate)(const D&, const cuda::Accumulation<T>&);
    /// Constants per element that torch_blue leaves out of log probs: prior, variational.
    double (*norm_constants)(const D&, double* prior_constant);
    /// What a fitted prior follows from, per block, and the fit; nullptr for other priors.
    void (*prior_statistic)(const D&, double* parts) = nullptr;
    void (*fit_prior)(Tape<Cuda<T, Executor>>&, D&, double sum) = nullptr;
    /// Draws all samples of a joint distribution, and completes its parameter gradients; nullptr
    /// for other distributions. `accumulate` then only keeps the gradients of the weights.
    void (*joint_forward)(Tape<Cuda<T, Executor>>&, D&) = nullptr;
    void (*joint_backward)(Tape<Cuda<T, Executor>>&, D&) = nullptr;
};

namespace cuda {

/// The kernels that a `Launch` starts.
template <class Launch, class Q, class P, class T, class Executor>
constexpr DrawKernels<Cuda<T, Executor>> kernels_of() {
    DrawKernels<Cuda<T, Executor>> kernels{Launch::Sweep::prepared_arrays,
                                           Q::parameters::size,
                                           Launch::Sweep::by_log_scale,
                                           &Launch::prepare,
                                           &Launch::sample,
                                           Launch::divergence_or_null(),
                                           &Launch::accumulate,
                                           &Launch::norm_constants};
    if constexpr (FittedPrior<P>) {
        kernels.prior_statistic = &Launch::prior_statistic;
        kernels.fit_prior = &blue::detail::fit_prior<P, Cuda<T, Executor>>;
    }
    return kernels;
}

}  // namespace cuda

/// The kernels for a pair of distributions.
template <class Q, class P, class T, class Executor>
const DrawKernels<Cuda<T, Executor>>* draw_kernels(Cuda<T, Executor>) {
    static constexpr auto kernels =
        cuda::kernels_of<cuda::Launch<Q, P, T, Executor>, Q, P, T, Executor>();
    return &kernels;
}

}  // namespace blue
