// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The bodies of the kernels of joint distributions.
///
/// What is elementwise has kernels for all elements and samples. The functions of a distribution
/// are called by teams, one for each sample: the lanes of one block.
#pragma once

#include <blue/backends/cuda/sweep.hpp>
#include <blue/backends/cuda/team.hpp>
#include <blue/distributions/joint.hpp>

namespace blue::cuda {

/// What a joint draw keeps for the pass. All arrays are the device's.
template <class T>
struct JointMemory {
    JointVariable<T> variable;
    T* log_std;          ///< of each element
    const T* noise;      ///< samples x noise_stride
    Index noise_stride;  ///< from one sample to the next
    T* weight_gradient;  ///< samples x weight_stride; nullptr when nothing is recorded
    const T* elements;   ///< means, a gap, and the prior's constants: as of an elementwise variable
};

/// The sweeps over single elements, for priors and closed forms, are those of the marginals: of a
/// variable with the arrays mean and log_std.
template <class Q, class P, class T>
struct JointElements : FormulaSweep<blue::detail::MarginalOf<Q>, P, T> {
    using Base = FormulaSweep<blue::detail::MarginalOf<Q>, P, T>;
    using Base::d, Base::p, Base::load;
    using typename Base::Formula, typename Base::Indices, typename Base::S;

    const T* log_std;
    Index weight_stride;
    T* weight_gradient;

    /// The variable as one of single elements.
    template <class B>
    static Draw<B> elements(Draw<B> draw) {
        draw.layout = nullptr;
        draw.stored = static_cast<const JointMemory<T>*>(draw.joint)->elements;
        return draw;
    }

    template <class B>
    explicit JointElements(const Draw<B>& draw)
        : Base(elements(draw)),
          log_std(static_cast<const JointMemory<T>*>(draw.joint)->log_std),
          weight_stride(draw.weight_stride),
          weight_gradient(static_cast<const JointMemory<T>*>(draw.joint)->weight_gradient) {}

    /// The prepared numbers of the marginals: standard deviation, its logarithm and inverse.
    BLUE_HOST_DEVICE double prepare(Index e, T&) const {
        const S stored = load(log_std + e), value = exp(stored);
        d.natural[e] = value.r[0];
        d.natural[d.stride + e] = stored.r[0];
        d.natural[2 * d.stride + e] = (1 / value).r[0];
        return 0;
    }
    /// Whether the deviation of a sample has the other sign than its noise gives.
    BLUE_HOST_DEVICE bool negated(Index s) const {
        return !d.noise && random::sample_key(d.key, s, d.antithetic).negated;
    }
    /// Turns a deviation into a weight. Returns its log prior density.
    BLUE_HOST_DEVICE double place(Index e, Index s) const {
        T* const weight = d.weights + s * d.weight_stride + e;
        *weight = d.stored[e] + (negated(s) ? -*weight : *weight);
        if (!d.scores_log_prob) return 0;
        return static_cast<double>(
            Formula::template prior_log_prob<0>(p, blue::detail::Argument<S>(load(weight)),
                                                this->load_parameters(e, Indices{}))
                .value.r[0]);
    }
    /// Adds the prior's part to the gradients with respect to the weights, which become those with
    /// respect to the deviations, and gives those of mean and log_std of element e.
    BLUE_HOST_DEVICE void collect(Index e, T* mean_gradient, T* log_std_gradient) const {
        constexpr int directions = 1 + Formula::required;
        const auto theta = this->load_parameters(e, Indices{});
        S gradient[2] = {S(0), S(0)};
        for (Index s = 0; s < d.samples; ++s) {
            T* const kept = weight_gradient + s * weight_stride + e;
            S dw = load(kept);
            if (d.scores_log_prob) {
                const S slope = d.slopes(s).prior;
                const auto w = blue::detail::Argument<S, directions>::variable(
                    load(d.weights + s * d.weight_stride + e), 0);
                const auto log_p = Formula::template prior_log_prob<directions>(p, w, theta);
                dw += slope * log_p.derivative(0);
                Base::add_required_gradients(gradient, log_p, slope,
                                             typename Formula::required_indices{});
            }
            gradient[0] += dw;
            *kept = negated(s) ? -dw.r[0] : dw.r[0];
        }
        Base::finish(e, 0, divergence_slope(), gradient);
        mean_gradient[e] = gradient[0].r[0];
        log_std_gradient[e] = gradient[1].r[0];
    }
    BLUE_HOST_DEVICE T divergence_slope() const {
        return d.divergence_gradient ? d.divergence_weight * *d.divergence_gradient : T(0);
    }
};

/// Noise of all samples, in whole tiles.
template <class T, class Noise>
struct JointNoise {
    Noise kind;
    random::Key key;
    bool antithetic;
    Index units, stride;
    T* noise;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, number] = divide(i, units);
        const Unit unit(number);
        T of_unit[unit_size];
        draw_unit<T>(kind, random::sample_key(key, s, antithetic).key, unit, of_unit);
        for (int j = 0; j < unit_size; ++j) noise[s * stride + unit.element(j)] = of_unit[j];
    }
};

template <class Q, class T>
struct JointPrepare {
    Q q;
    JointVariable<T> variable;
    T* log_std;
    double* total_correlation;  ///< may be nullptr
    BLUE_HOST_DEVICE void operator()(Index, const auto& team) const {
        q.prepare(variable, log_std, team);
        if (!total_correlation) return;
        const double correlation = q.total_correlation(variable, team);
        team.once([&] { *total_correlation = correlation; });
    }
};

/// *to += factor *from.
template <class T>
struct AddScaledNumber {
    const double* from;
    double factor;
    T* to;
    BLUE_HOST_DEVICE void operator()(Index) const { *to += static_cast<T>(factor * *from); }
};

/// The deviations of a sample in the place of its weights, and their log density.
template <class Q, class T>
struct JointDeviate {
    Q q;
    JointVariable<T> variable;
    const T* noise;
    Index noise_stride;
    T* weights;
    Index weight_stride;
    double* log_prob;  ///< of each sample; nullptr when it is not wanted
    BLUE_HOST_DEVICE void operator()(Index s, const auto& team) const {
        const T* const z = noise + s * noise_stride;
        T* const deviation = weights + s * weight_stride;
        q.deviate(variable, z, deviation, team);
        if (!log_prob) return;
        const double of_sample = q.log_prob(variable, z, deviation, team);
        team.once([&] { log_prob[s] = of_sample; });
    }
};

/// Deviations become weights; per sample and block the sums of the log probs.
template <class Sweep>
struct JointPlace : Adding<2> {
    Sweep sweep;
    Index blocks;
    const double* log_prob;
    double* parts;  ///< samples x blocks x (prior, variational); nullptr when they are not wanted

    BLUE_HOST_DEVICE result part(Index group, int lane) const {
        const auto [s, block] = divide(group, blocks);
        result sum{};
        if (parts && block == 0 && lane == 0) sum.total[1] = log_prob[s];
        for (Index e = block * block_size + lane; e < (block + 1) * block_size; e += block_lanes)
            if (e < sweep.d.size) sum.total[0] += sweep.place(e, s);
        return sum;
    }
    BLUE_HOST_DEVICE void finish(Index group, int lane, const result& sum) const {
        if (lane != 0 || !parts) return;
        parts[2 * group] = sum.total[0];
        parts[2 * group + 1] = sum.total[1];
    }
};

/// Keeps gradients with respect to the weights until all operations have added theirs.
template <class T>
struct KeepGradient {
    const T* from;
    Index stride, size;
    T* to;
    Index to_stride;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        const auto [s, e] = divide(i, size);
        to[s * to_stride + e] += from[s * stride + e];
    }
};

template <class Sweep, class T>
struct JointCollect {
    Sweep sweep;
    T *mean_gradient, *log_std_gradient;
    BLUE_HOST_DEVICE void operator()(Index e) const {
        sweep.collect(e, mean_gradient, log_std_gradient);
    }
};

/// What some of the samples give for all parameters but the mean.
template <class Q, class T>
struct JointBackward {
    Q q;
    JointMemory<T> own;
    DrawView<T> d;
    Index parts;
    T* sums;
    Index numbers;
    BLUE_HOST_DEVICE void operator()(Index part, const auto& team) const {
        for (Index s = part; s < d.samples; s += parts)
            q.backward(own.variable, own.noise + s * own.noise_stride,
                       own.weight_gradient + s * d.weight_stride, d.slopes(s).variational,
                       JointGradient<T>{sums + part * numbers, own.variable.offsets}, team);
    }
};

template <class T>
struct AddParts {
    const T* sums;
    Index parts, numbers;
    T* to;
    BLUE_HOST_DEVICE void operator()(Index i) const {
        for (Index part = 0; part < parts; ++part) to[i] += sums[part * numbers + i];
    }
};

template <class Q, class Sweep, class T>
struct JointPrepareBackward {
    Q q;
    JointVariable<T> variable;
    Sweep sweep;
    const T* log_std_gradient;
    JointGradient<T> gradient;
    BLUE_HOST_DEVICE void operator()(Index, const auto& team) const {
        q.prepare_backward(variable, log_std_gradient, sweep.divergence_slope(), gradient, team);
    }
};

}  // namespace blue::cuda
