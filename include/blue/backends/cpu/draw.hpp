// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sampling and scoring on the CPU: sweeps over packs, generated from the formulas of
/// distributions.
#pragma once

#include <blue/backends/cpu/cpu.hpp>
#include <blue/backends/cpu/sweep.hpp>

namespace blue {

/// What the CPU does with a variable. All functions work on the elements [begin, end); different
/// threads call them for different ranges.
template <class T, class Isa>
struct DrawKernels<Cpu<T, Isa>> {
    using D = Draw<Cpu<T, Isa>>;

    /// Number of arrays of `Draw::stride` numbers in `Draw::natural`.
    int prepared_arrays;
    int parameters;
    /// Whether gradients of a scale are accumulated with respect to its logarithm.
    bool by_log_scale;
    /// Fills `natural` from `stored`.
    cpu::Prepared (*prepare)(const D&, Index begin, Index end);
    /// Draws sample s into `weights`. With `scores_log_prob`, adds the sums of the log probs to
    /// `sums[0]` (prior) and `sums[1]` (variational).
    void (*sample)(const D&, Index s, Index begin, Index end, double* sums);
    /// Adds the parameter gradients of sample s, given the gradient with respect to its weights:
    /// `weight_gradient[e - begin]`, and the derivatives of the objective with respect to the two
    /// log prob sums. Assigns instead of adding when `add` is false.
    void (*accumulate)(const D&, Index s, Index begin, Index end, const T* weight_gradient,
                       T prior_gradient, T variational_gradient, bool add);
    /// Turns the accumulated gradients into those of the stored parameters: once, after all
    /// samples. The arguments are sums over the samples.
    void (*finish)(const D&, Index begin, Index end, T variational_gradient, T divergence_gradient);
    /// Closed-form divergence of the elements; nullptr when the pair has none.
    double (*divergence)(const D&, Index begin, Index end);
    /// Constants per element that torch_blue leaves out of log probs: prior, variational.
    double (*norm_constants)(const D&, double* prior_constant);
    /// Sum of what a fitted prior follows from, and the fit; nullptr for other priors.
    double (*prior_statistic)(const D&, Index begin, Index end) = nullptr;
    void (*fit_prior)(Tape<Cpu<T, Isa>>&, D&, double sum) = nullptr;
    /// Draws all samples of a joint distribution, and completes its parameter gradients; nullptr
    /// for other distributions. `accumulate` then only keeps the gradients of the weights.
    void (*joint_forward)(Tape<Cpu<T, Isa>>&, D&) = nullptr;
    void (*joint_backward)(Tape<Cpu<T, Isa>>&, D&) = nullptr;
    /// Whether nobody draws the weights: their gradient is that of their only parameter.
    bool fixed = false;
};

namespace cpu {

/// The kernels that are the functions of a sweep.
template <class Sweep, class Q, class P, class T, class Isa>
constexpr DrawKernels<Cpu<T, Isa>> kernels_of() {
    DrawKernels<Cpu<T, Isa>> kernels{
        Sweep::prepared_arrays, Q::parameters::size,
        Sweep::by_log_scale,    &Sweep::prepare,
        &Sweep::sample,         &Sweep::accumulate,
        &Sweep::finish,         has_closed_form_kl<Q, P> ? &Sweep::divergence : nullptr,
        &Sweep::norm_constants};
    if constexpr (FittedPrior<P>) {
        kernels.prior_statistic = &Sweep::prior_statistic;
        kernels.fit_prior = &blue::detail::fit_prior<P, Cpu<T, Isa>>;
    }
    return kernels;
}

}  // namespace cpu

/// The kernels for a pair of distributions.
template <class Q, class P, class T, class Isa>
const DrawKernels<Cpu<T, Isa>>* draw_kernels(Cpu<T, Isa>) {
    static constexpr auto kernels = cpu::kernels_of<cpu::Sweeps<Q, P, T, Isa>, Q, P, T, Isa>();
    return &kernels;
}

}  // namespace blue
