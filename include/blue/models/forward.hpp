// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs a model: draws its weights and gives the outputs of all samples.
#pragma once

#include <blue/models/initialise.hpp>
#include <blue/models/log_probs.hpp>
#include <blue/models/sequential.hpp>
#include <blue/models/variable_view.hpp>
#include <blue/objectives/closed_form.hpp>

#include <algorithm>
#include <functional>
#include <span>
#include <tuple>

namespace blue {

/// What a pass computes about the weights besides drawing them.
enum class Scores {
    none,        ///< nothing: prediction
    log_probs,   ///< log p(w) and log q(w) of each sample: Monte Carlo divergences
    divergence,  ///< the closed-form divergence where the pair of distributions has one, else log
                 ///< probs
    closed_form  ///< the closed-form divergence of all that is random, a compile error where the
                 ///< pair of distributions has none; nothing for point estimates
};

/// How a pass draws.
struct ForwardOptions {
    /// Number of weight samples.
    Index samples = 10;
    Seed seed{0};
    /// Number of the pass: different passes draw different noise, equal ones the same.
    std::uint64_t pass = 0;
    /// The number of the first sample: passes that differ only in it draw different samples.
    Index first_sample = 0;
    /// Whether the pass is for training: `Dropout` drops, `BatchNorm` takes the statistics of the
    /// batch, `LocalReparameterization` and `Flipout` take part. Without, as in predictions,
    /// weights are drawn once per sample for the whole batch, as without these wrappers.
    bool training = true;
    /// Whether log probs and closed-form divergences keep their normalisation constants.
    bool norm_constants = true;
};

/// The outputs of a model and the log probs of its weights.
template <class Output, class LogProbs>
struct VIReturn {
    Output samples;  ///< (S, B, ...)
    [[no_unique_address]] LogProbs log_probs;
};

namespace detail {

/// Passes that predict draw other noise than those that train.
inline constexpr std::uint64_t prediction_pass = std::uint64_t{1} << 63;
/// Draws of frozen variables are others than those of all passes.
inline constexpr std::uint64_t frozen_pass = std::uint64_t{1} << 62;

/// A pass: the model's variables as draws on the tape, and the table for their log probs.
template <class B>
struct PreparedPass {
    Pass<B> pass;
    Node<B>* table;
    Node<B>* divergences;
};

template <class B>
PreparedPass<B> begin_pass(std::span<const VariableView<B>> variables, Scores wanted, Tape<B>& tape,
                           const ForwardOptions& options,
                           std::span<const typename B::scalar* const> noise) {
    const Index slots = static_cast<Index>(variables.size()), samples = options.samples;
    if (samples < 1) throw ValueError("forward: expected at least 1 sample, got ", samples);
    if (!noise.empty() && noise.size() != variables.size())
        throw ShapeError("forward: expected supplied noise for ", slots, " variables, got ",
                         noise.size());
    const Index scored = wanted == Scores::none ? 0 : slots;
    Node<B>* const table = tape.node(scored, samples, 2, true);
    Node<B>* const divergences = tape.node(scored, 1, 1, true);
    B::memory::fill_zero(table->value, table->size());
    B::memory::fill_zero(divergences->value, divergences->size());
    Draw<B>* const draws = tape.template host_memory<Draw<B>>(slots);
    int* const order = tape.template host_memory<int>(slots);
    for (int slot = 0; slot < slots; ++slot) {
        const VariableView<B>& variable = variables[static_cast<std::size_t>(slot)];
        if (!variable.values && variable.numbers() > 0)
            throw Error("forward: expected a model with parameters, got one that was moved from");
        Draw<B> draw{};
        draw.kernels = variable.kernels;
        draw.distribution = variable.distribution;
        draw.prior = variable.prior;
        draw.storage = variable.storage;
        draw.size = variable.size;
        draw.stride = variable.stride;
        draw.layout = variable.layout;
        draw.stored = variable.values;
        draw.samples = variable.is_random ? samples : 1;
        draw.pass_samples = samples;
        draw.is_part = variable.is_random && tape.chunk.all > tape.chunk.samples;
        draw.supplied_noise = noise.empty() ? nullptr : noise[static_cast<std::size_t>(slot)];
        const FrozenDraws<B>& frozen = variable.frozen;
        draw.key = {frozen.fixed_draws ? frozen.seed : options.seed.value,
                    frozen.fixed_draws ? frozen_pass : options.pass,
                    static_cast<std::uint32_t>(slot),
                    static_cast<std::uint32_t>(options.first_sample),
                    static_cast<std::uint32_t>(random::purpose::weights)};
        draw.slot = slot;
        draw.estimated = options.training && !frozen.kernels;
        draw.antithetic = variable.is_antithetic;
        draw.uses_divergence = (wanted == Scores::divergence || wanted == Scores::closed_form) &&
                               variable.kernels->divergence != nullptr;
        draw.scores_log_prob =
            wanted == Scores::log_probs || (wanted == Scores::divergence && !draw.uses_divergence);
        draw.norm_constants = options.norm_constants;
        draw.log_prob = table->value + slot * samples * 2;
        draw.divergence = divergences->value + slot;
        draws[slot] = draw;
        order[slot] = slot;
    }
    const auto comes_before = [draws](int a, int b) {
        return std::less<const void*>{}(draws[a].storage, draws[b].storage);
    };
    std::sort(order, order + slots, comes_before);
    tape.set_draws({draws, variables.size()});
    const random::Key noise_key{options.seed.value, options.pass, 0,
                                static_cast<std::uint32_t>(options.first_sample),
                                static_cast<std::uint32_t>(random::purpose::dropout)};
    return {Pass<B>(tape, samples, {order, variables.size()}, options.training, noise_key), table,
            divergences};
}

/// What needs log probs of weights that are not drawn.
template <Scores Wanted>
struct scores_outputs {
    template <class Q, class P>
    static constexpr bool fails = std::is_same_v<estimator_of<Q>, estimator::DrawnOutputs> &&
                                  (Wanted == Scores::log_probs ||
                                   (Wanted == Scores::divergence && !has_closed_form_kl<Q, P>));
    template <class Placed>
    using fn = mp::mp_bool<fails<variational_of<Placed>, prior_of<Placed>>>;
};

/// A pass over a model for these scores.
template <Scores Wanted, class M, class B>
PreparedPass<B> begin_pass(const M& model, Tape<B>& tape, const ForwardOptions& options,
                           std::span<const typename B::scalar* const> noise) {
    if constexpr (Wanted == Scores::closed_form)
        static_assert(closed_form_check_of<M>{});
    else if constexpr (Wanted != Scores::none)
        static_assert(typename first_variable_check<
                      requirement::scored_outputs,
                      mp::mp_copy_if_q<random_variables<M>, scores_outputs<Wanted>>>::type{});
    const auto variables = variable_views<M, B>(model);
    return begin_pass<B>(variables, Wanted, tape, options, noise);
}

template <Scores Wanted, class M, class B>
using log_probs_of = std::conditional_t<Wanted == Scores::none, NoLogProbs, LogProbs<M, B>>;

/// The output of a pass, with its log probs.
template <Scores Wanted, class M, class B, class Output>
auto with_log_probs(Output output, Tape<B>& tape, const PreparedPass<B>& prepared) {
    using LogProbs = log_probs_of<Wanted, M, B>;
    if constexpr (Wanted == Scores::none)
        return VIReturn<Output, LogProbs>{output, {}};
    else
        return VIReturn<Output, LogProbs>{output, {&tape, prepared.table, prepared.divergences}};
}

}  // namespace detail

/// Several inputs of a model whose `forward` takes more than one: `forward(net, tape, Inputs{query,
/// memory}, {.samples = 5})`. They need not be values on the tape: what a module takes beside
/// values, such as a flag, may stand among them.
template <class... X>
struct Inputs {
    std::tuple<X...> values;
    explicit Inputs(X... x) : values(x...) {}
};

/// Runs a model on an input of `tape` with weights drawn from its variational distributions.
///
/// \tparam Wanted what to compute about the weights; without log probs their type is empty.
/// \param noise supplied noise in place of the generator's: for each random variable in the order
///   of the slots samples x elements numbers in the backend's memory (nullptr for none), for a
///   joint distribution samples x `noise_size(elements)`; empty for the generator. For a weight
///   with `LocalReparameterization` it is the noise of the outputs, samples x batch x outputs.
/// \return outputs (S, B, ...) and log probs, valid until the tape is reset.
/// Throws ValueError for fewer than one sample, ShapeError when shapes do not fit, Error for a
/// model that was moved from and for an input of another tape.
template <Scores Wanted = Scores::log_probs, class M, class B, class Shape>
auto forward(const M& model, Tape<B>& tape, Var<B, Shape> x, const ForwardOptions& options = {},
             std::type_identity_t<std::span<const typename B::scalar* const>> noise = {}) {
    static_assert(
        requirement::input_backend<detail::computes_with<M, B>,
                                   requirement::expected<backend_of<M>>, requirement::given<B>>{});
    if constexpr (detail::computes_with<M, B>) {
        if (x.tape != &tape) detail::refuse_values_of_two_tapes();
        auto prepared = detail::begin_pass<Wanted>(model, tape, options, noise);
        return detail::with_log_probs<Wanted, M>(model(prepared.pass, x), tape, prepared);
    } else {  // after the error
        return VIReturn<Var<B, any_shape>, detail::log_probs_of<Wanted, M, B>>{
            {x.tape, x.node}, {nullptr, nullptr, nullptr}};
    }
}

/// The same for models with several inputs, masks or other arguments: `call(pass)` runs the model
/// and returns its output.
///
///     forward_with(net, tape, {.samples = 3}, [&](auto& pass) { return net(pass, x, masks); });
template <Scores Wanted = Scores::log_probs, class M, class B, class Call>
auto forward_with(const M& model, Tape<B>& tape, const ForwardOptions& options, Call&& call,
                  std::type_identity_t<std::span<const typename B::scalar* const>> noise = {}) {
    auto prepared = detail::begin_pass<Wanted>(model, tape, options, noise);
    return detail::with_log_probs<Wanted, M>(call(prepared.pass), tape, prepared);
}

/// Runs a model on several inputs: `forward(net, tape, Inputs{x, y})`. Otherwise as with one. The
/// output is what the model returns: a value on the tape, or a struct or tuple of several.
template <Scores Wanted = Scores::log_probs, class M, class B, class... X>
auto forward(const M& model, Tape<B>& tape, const Inputs<X...>& x,
             const ForwardOptions& options = {},
             std::type_identity_t<std::span<const typename B::scalar* const>> noise = {}) {
    static_assert(
        requirement::input_backend<detail::computes_with<M, B>,
                                   requirement::expected<backend_of<M>>, requirement::given<B>>{});
    if constexpr (detail::computes_with<M, B>) {
        const bool are_on = std::apply(
            [&](const X&... each) { return (true && ... && detail::is_on(&tape, each)); },
            x.values);
        if (!are_on) detail::refuse_values_of_two_tapes();
        return forward_with<Wanted>(
            model, tape, options,
            [&](auto& pass) {
                return std::apply([&](const X&... each) { return model(pass, each...); }, x.values);
            },
            noise);
    } else {  // after the error
        return VIReturn<Var<B, any_shape>, detail::log_probs_of<Wanted, M, B>>{
            {&tape, nullptr}, {nullptr, nullptr, nullptr}};
    }
}

}  // namespace blue
