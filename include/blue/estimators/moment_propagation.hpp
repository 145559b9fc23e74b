// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Prediction in a single pass without draws.
#pragma once

#include <blue/estimators/pooled_moments.hpp>
#include <blue/estimators/unknown_moments.hpp>
#include <blue/random/draw.hpp>
#include <blue/train/evaluate.hpp>

#include <cmath>
#include <concepts>
#include <vector>

namespace blue {

namespace requirement {
/// The variational distribution of a variable whose moments are asked for.
template <bool Ok, class Distribution>
struct has_moments : check {
    static_assert(
        Ok,
        "blue: moment propagation needs mean and variance of the weights, which the distribution "
        "in has_moments<...> does not give: add expectation(parameters...) and "
        "variance(parameters...), or predict with drawn weights (PredictOptions)");
};
}  // namespace requirement

namespace ops {

/// What a formula makes of the stored parameters of Q.
template <class Q, class Formula>
struct OfParameters {
    Q q;
    template <class... T>
    BLUE_HOST_DEVICE auto apply(T... stored) const {
        return with_natural(std::index_sequence_for<T...>{}, stored...);
    }

private:
    /// Not looked up in a function: nvcc would call `std::array` on the device.
    template <std::size_t K>
    static constexpr transform transform_of = Q::parameters::transforms[K];

    template <std::size_t... K, class... T>
    BLUE_HOST_DEVICE auto with_natural(std::index_sequence<K...>, T... stored) const {
        return Formula::of(q, natural<transform_of<K>>(stored)...);
    }
    template <transform Transform, class T>
    BLUE_HOST_DEVICE static T natural(T stored) {
        if constexpr (Transform == transform::exponential)
            return exp(stored);
        else if constexpr (Transform == transform::softplus)
            return softplus(stored);
        else
            return stored;
    }
};
struct OnlyValue {
    template <class Q, class First, class... T>
    BLUE_HOST_DEVICE static auto of(const Q& q, First first, T... parameters) {
        return q.sample(First(0), first, parameters...);
    }
};
struct Expectation {
    template <class Q, class... T>
    BLUE_HOST_DEVICE static auto of(const Q& q, T... parameters) {
        return q.expectation(parameters...);
    }
};
struct Variance {
    template <class Q, class... T>
    BLUE_HOST_DEVICE static auto of(const Q& q, T... parameters) {
        return q.variance(parameters...);
    }
};
/// A draw of a normal distribution.
struct NormalDraw {
    template <class T>
    BLUE_HOST_DEVICE static T apply(T mean, T variance, T noise) {
        return mean + sqrt(variance) * noise;
    }
};

}  // namespace ops

namespace detail {

template <class Q, std::size_t... K>
constexpr bool gives_moments(std::index_sequence<K...>) {
    using T = math::Number<double>;
    return requires(const Q& q, T parameter) {
        q.expectation((static_cast<void>(K), parameter)...);
        q.variance((static_cast<void>(K), parameter)...);
    };
}
/// A distribution with `expectation` and `variance` for its natural parameters.
template <class Q>
concept HasMoments =
    gives_moments<Q>(std::make_index_sequence<static_cast<std::size_t>(Q::parameters::size)>{});

}  // namespace detail

/// A pass in which random variables are their moments: `forward` functions work with it as with
/// `Pass`. A network that is frozen to its means is a point estimate.
template <class B>
class MomentPass {
public:
    using backend = B;

    explicit MomentPass(Tape<B>& tape) : tape_(tape) {}

    Tape<B>& tape() const { return tape_; }

    /// The moments of a module's random variable; `absent` when the module does not have it.
    template <class M, class Name>
    auto sample(const M& module, Name) const {
        using Lookup = detail::variable_lookup<M, Name>;
        static_assert(typename Lookup::check{});
        if constexpr (!Lookup::declared)
            return Moments<B, any_shape>{};
        else if constexpr (Lookup::index < 0)
            return absent{};
        else
            return moments(module.template state_at<Lookup::index>());
    }

private:
    template <class State>
    Moments<B, typename State::variable::shape> moments(const State& state) const {
        using Q = typename State::Q;
        const Q& q = state.distribution;
        constexpr bool has_moments = !is_random<Q> || detail::HasMoments<Q>;
        static_assert(requirement::has_moments<has_moments, Q>{});
        if (state.frozen.fixed_draws)
            throw ValueError(
                "MomentPropagation: expected weights with means and variances, got a network that "
                "is frozen to draws: unfreeze it, or predict with PredictOptions");
        if constexpr (!is_random<Q>)
            return {of_parameters<ops::OnlyValue>(q, state)};
        else if constexpr (has_moments)
            return {expectations(q, state), state.frozen.kernels
                                                ? Var<B, typename State::variable::shape>{}
                                                : of_parameters<ops::Variance>(q, state)};
        else
            return {};
    }

    template <class Q, class State>
    auto expectations(const Q& q, const State& state) const {
        // Symmetric noise around a location: nothing to compute.
        if constexpr (LocationScale<Q> && is_symmetric<noise_of<Q>>)
            return parameter(state, 0);
        else
            return of_parameters<ops::Expectation>(q, state);
    }

    template <class Formula, class Q, class State>
    auto of_parameters(const Q& q, const State& state) const {
        return [&]<int... K>(std::integer_sequence<int, K...>) {
            return elementwise(ops::OfParameters<Q, Formula>{q}, parameter(state, K)...);
        }
        (std::make_integer_sequence<int, State::parameters>{});
    }

    template <class State>
    Var<B, typename State::variable::shape> parameter(const State& state, int k) const {
        return {&tape_, tape_.view(state.parameter(k), 1, 1, State::size)};
    }

    Tape<B>& tape_;
};

/// The moments of a model's outputs for known inputs, (1, B, ...), from those of its weights, in
/// one pass without draws (probabilistic forward pass; Wu et al. 2019, Klein et al. 2025). Linear
/// maps are exact for independent inputs and activations for normal ones (`NormalMoments`), so the
/// result is exact for one hidden layer of normal weights; behind it, correlations between the
/// units of a layer are left out. \param x a value of one sample.
template <class M, class B, class Shape>
auto propagate_moments(const M& model, Var<B, Shape> x) {
    MomentPass<B> pass(*x.tape);
    return model(pass, Moments<B, Shape>{x});
}

/// How `predict` goes through a model once, with means and variances in place of draws.
struct MomentPropagation {
    /// Draws of the outputs, whose moments are known then: of what the likelihood makes of them,
    /// such as probabilities of classes, means are taken over these. All inputs see the same noise,
    /// scaled to mean 0 and variance 1.
    Index output_samples = 100;
    /// Inputs at a time.
    Index batch_size = 500;
};

namespace detail {

/// Normal noise, samples x outputs, with mean 0 and variance 1 (divisor samples - 1) over the
/// samples of each output, so that moments come back as they were; 0 for a single sample.
template <class T>
std::vector<T> standardised_noise(Index samples, Index outputs) {
    std::vector<T> noise(static_cast<std::size_t>(samples * outputs));
    if (samples == 1) return noise;
    const double n = static_cast<double>(samples);
    std::vector<double> column(static_cast<std::size_t>(samples));
    for (Index k = 0; k < outputs; ++k) {
        random::Key key{0, prediction_pass, 0, 0,
                        static_cast<std::uint32_t>(random::purpose::outputs)};
        double mean = 0, squares = 0;
        for (double& z : column) {
            z = random::draw_element<noise::Normal, double>({}, key, k);
            mean += z / n;
            ++key.sample;
        }
        for (double z : column) squares += (z - mean) * (z - mean);
        const double scale = std::sqrt((n - 1) / squares);
        for (Index s = 0; s < samples; ++s)
            noise[static_cast<std::size_t>(s * outputs + k)] =
                static_cast<T>((column[static_cast<std::size_t>(s)] - mean) * scale);
    }
    return noise;
}

/// The same with the moments of a model's outputs: use(draws of the outputs, chunk).
template <class M, class Use>
void for_each_chunk(PredictionMemory<backend_of<M>>& memory, const M& model,
                    const Array<float>& inputs, const MomentPropagation& options, Use&& use) {
    using B = backend_of<M>;
    constexpr bool is_single = sample_multiple_of<M> == 1;  // no ensemble
    static_assert(requirement::moment_rule<is_single, M>{});
    require_at_least_one("output_samples", options.output_samples);
    if constexpr (is_single)
        for_each_batch<M>(memory, inputs, options.batch_size, [&](InputBatch<M>& batch) {
            const auto x = batch.begin_pass();
            const auto output = propagate_moments(model, x);
            batch.prepare_next();
            const Index draws = options.output_samples;
            const Chunk chunk{batch.first_row, batch.rows, 0, draws, draws};
            if (output.is_known()) return use(output.mean, chunk);
            const Index outputs = output.mean.node->item, count = draws * outputs;
            auto& noise = memory.noise;
            if (static_cast<Index>(noise.size()) != count)
                noise = standardised_noise<typename B::scalar>(draws, outputs);
            const decltype(output.mean) z{
                x.tape,
                x.tape->view(B::to_device(*x.tape, noise.data(), count), draws, 1, outputs)};
            use(elementwise(ops::NormalDraw{}, output.mean, output.variance, z), chunk);
        });
}

}  // namespace detail

/// Predicts in one pass over the model. Otherwise as the other `predict`: the same parts of the
/// uncertainty. Throws as it does. (Options in braces alone, `{.batch_size = 4}`, are those of the
/// other one.)
template <class M, class Likelihood, std::same_as<MomentPropagation> Options>
auto predict(const M& model, const Likelihood& likelihood, const Array<float>& inputs,
             const Options& options) {
    static_assert(detail::output_check<Likelihood, M>{});
    detail::PredictionMemory<backend_of<M>> memory;
    return detail::predict_in(memory, model, likelihood, inputs, options);
}

/// Predicts in one pass over the model and compares with the targets. For numbers the negative
/// log-likelihood is that of a normal with the predictive mean and standard deviation. Errors as in
/// `check_examples` and `predict`.
template <class M, class Likelihood, class Target, std::same_as<MomentPropagation> Options>
auto evaluate(const M& model, const Likelihood& likelihood, const Dataset<Target>& data,
              const Options& options) {
    return detail::evaluate_with(model, likelihood, data, options);
}

}  // namespace blue
