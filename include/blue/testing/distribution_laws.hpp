// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What holds for every variational distribution and every prior: run it on your own.
#pragma once

#include <blue/models/forward.hpp>
#include <blue/models/initialise.hpp>
#include <blue/objectives/elbo.hpp>
#include <blue/testing/operation_laws.hpp>
#include <blue/testing/sweep_laws.hpp>

#include <cmath>

namespace blue::testing {

namespace detail {

/// A single random variable, large enough for several threads.
template <class Q, class P, class B, Index Rows = 150, Index Columns = 131>
struct OneVariable : Module<OneVariable<Q, P, B, Rows, Columns>,
                            variables<variable<"weight", Rows, Columns>>, Q, P, B> {
    using OneVariable::Module::Module;
    auto forward(auto& pass, auto) const { return as_var(pass.sample(*this, "weight"_v)); }
};

/// A likelihood that depends on every weight.
struct WeightedSum {
    auto log_prob(auto x, int) const { return weighted_sum(x); }
};

/// Gives the elements of a variable the natural parameter values in turn.
template <class Q, class P>
void set_parameters(OneVariable<Q, P, Cpu<float>>& model,
                    const std::vector<NaturalValues<Q>>& points) {
    model.for_each_state([&](auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            for (Index e = 0; e < state.size; ++e) {
                const auto index = static_cast<std::size_t>(k);
                state.parameter(k)[e] = static_cast<float>(
                    stored_value(Q::parameters::transforms[index],
                                 points[static_cast<std::size_t>(e) % points.size()][index]));
            }
    });
}

/// Weights, log probs, parameter gradients and divergence of one pass.
template <Scores Wanted, class M>
std::vector<std::vector<double>> run_pass(const M& model, Index samples = 3) {
    using B = backend_of<M>;
    Tape<B> tape;
    const typename B::scalar nothing = 0;
    const auto x = tape.template input<scalar_shape>(&nothing, 1);
    const auto result =
        forward<Wanted>(model, tape, x, {.samples = samples, .seed = Seed{11}, .pass = 5});
    backward(Elbo{WeightedSum{}}(result, 0, DatasetSize{1}));
    const Draw<B>& draw = tape.draws()[0];
    const auto weights = result.samples.to_host();
    std::vector<std::vector<double>> numbers{{weights.begin(), weights.end()},
                                             result.log_probs.entry(0).prior,
                                             result.log_probs.entry(0).variational};
    numbers.emplace_back(draw.gradient, draw.gradient + parameter_numbers(draw));
    if constexpr (Wanted == Scores::divergence)
        numbers.push_back({static_cast<double>(result.log_probs.divergences()->value[0])});
    return numbers;
}

/// Whether passes have the same bits with 1, 2 and 3 threads.
template <bool ClosedForm, class M>
std::vector<std::string> same_bits_laws(const M& model, Index samples = 3) {
    const ThreadScope scope;
    std::vector<std::string> failures;
    const auto same_bits = [&](auto run, const char* what) {
        set_num_threads(1);
        const auto expected = run();
        for (int threads : {2, 3}) {
            set_num_threads(threads);
            if (run() != expected)
                failures.push_back("with " + std::to_string(threads) + " threads a pass with " +
                                   what + " has other bits than with 1");
        }
    };
    same_bits([&] { return run_pass<Scores::log_probs>(model, samples); }, "log probs");
    if constexpr (ClosedForm)
        same_bits([&] { return run_pass<Scores::divergence>(model, samples); },
                  "the closed-form kl");
    return failures;
}

}  // namespace detail

/// Passes over a variable have the same bits with 1, 2 and 3 threads.
template <class Q, class P>
std::vector<std::string> thread_laws(const Q& q, const P& p,
                                     const DistributionLawOptions<Q>& options = {}) {
    detail::OneVariable<Q, P, Cpu<float>> model(q, p);
    detail::set_parameters(model, options.points);
    return detail::same_bits_laws<has_closed_form_kl<Q, P>>(model);
}

namespace detail {

/// Which numbers of a pass are not finite, if any.
template <Scores Wanted, class M>
void require_finite_pass(const M& model, const std::string& where,
                         std::vector<std::string>& failures) {
    constexpr const char* names[] = {"weight", "log prob of the prior", "log_prob", "gradient",
                                     "divergence"};
    const auto numbers = run_pass<Wanted>(model);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        for (double number : numbers[i])
            if (!std::isfinite(number)) {
                failures.push_back(std::string("a ") + names[i] + " is " + to_text(number) + where);
                break;
            }
}

}  // namespace detail

/// Passes in float give finite numbers at extreme parameter values.
template <class Q, class P>
std::vector<std::string> extreme_laws(const Q& q, const P& p,
                                      const DistributionLawOptions<Q>& options = {}) {
    std::vector<std::string> failures;
    detail::OneVariable<Q, P, Cpu<float>> model(q, p);
    for (const auto& point : options.extremes) {
        detail::set_parameters(model, {point});
        const std::string where = " at the extreme parameters " + detail::to_text(point);
        detail::require_finite_pass<Scores::log_probs>(model, where, failures);
        if constexpr (has_closed_form_kl<Q, P>)
            detail::require_finite_pass<Scores::divergence>(model, where + ", with kl", failures);
    }
    return failures;
}

/// Initial values are those of `defaults()`, narrowed to the fan-in, or those of the prior; with a
/// narrowed prior, too, the first pass gives finite numbers.
template <class Q, class P>
std::vector<std::string> initial_laws(const Q& q, const P& p,
                                      const DistributionLawOptions<Q>& options = {}) {
    std::vector<std::string> failures;
    detail::OneVariable<Q, P, Cpu<float>> model(q, p);
    const auto defaults = default_parameters(q);
    initialise(model, options.seed);
    model.for_each_state([&](auto& state) {
        // torch_blue adds 1e-5 to the factor inside logarithms: a ten-thousandth here.
        const double narrowing = 1 / std::sqrt(131.0);
        for (int k = 0; k < state.parameters; ++k) {
            const auto index = static_cast<std::size_t>(k);
            const double value = natural_value(Q::parameters::transforms[index],
                                               static_cast<double>(state.parameter(k)[0]));
            const bool is_location = blue::detail::is_location(Q::parameters::stored_names[index]);
            const double expected = is_location ? 0 : defaults[index] * narrowing;
            const double distance = is_location ? narrowing : 1e-3 * std::abs(expected);
            if (!(std::abs(value - expected) <= distance))
                failures.push_back("the initial " + Q::parameters::names[index].str() + " is " +
                                   detail::to_text(value) + ", expected " +
                                   detail::to_text(expected) + " up to " +
                                   detail::to_text(distance));
        }
    });
    detail::require_finite_pass<Scores::log_probs>(model, " at the initial values", failures);
    initialise(model, options.seed,
               ModuleOptions{.rescale_prior = true, .prior_initialization = true});
    detail::require_finite_pass<Scores::log_probs>(model, " at values from a narrowed prior",
                                                   failures);
    return failures;
}

/// Runs a variational distribution with a prior through what must hold for all of them, on the CPU.
/// Returns one sentence per failure, none when all is well. `q` and `p` may carry options;
/// parameter values are chosen in `options`.
///
/// Formulas (`density_laws`), on plain numbers in double:
/// * exp(log_prob) integrates to 1, of q and of a prior with parameters (quadrature, to 1e-5);
/// * samples follow exp(log_prob) (Kolmogorov-Smirnov with 65536 draws from the seed: a correct
///   distribution fails for one seed in a million and parameter value). Not with a variance floor
///   above 1e-7, which is part of the density and not of the samples;
/// * derivatives of sample, log_prob and kl by dual numbers agree with differences of values (to
/// 1e-7), for
///   priors also with respect to the variational parameters that they ask for;
/// * a closed-form kl, where one is found, agrees with quadrature (to 1e-5) and with the mean over
/// the draws;
/// * that kl is not negative where the prior has parameters, and 0 from a prior that equals q;
/// * location-scale families are what `standard_log_prob` says.
///
/// Sweeps (`sweep_laws`), in float and double, on 1301 elements:
/// * weights, sums of log probs, divergence and gradients agree with the formulas on plain numbers
/// (within 500
///   roundings; gradients in double to 1e-7, the accuracy of differences);
/// * the fast sweep of location-scale families agrees with the general one;
/// * pieces with odd offsets and part of a pack give the same bits as the whole, and nothing beyond
/// the
///   elements is read or written;
/// * the generator's own noise, supplied by hand, gives the same bits: so forward and backward draw
/// the same.
///
/// Threads (`thread_laws`): 1, 2 and 3 threads give the same bits.
///
/// Extremes (`extreme_laws`): weights, log probs, kl and gradients in float are finite where a
/// positive parameter is exp(-20) or exp(20), another one a million.
///
/// Initial values (`initial_laws`): they are finite and follow from `defaults()` and the fan-in.
///
/// Distributions without noise have no density to check; improper priors have none to integrate.
template <class Q, class P>
std::vector<std::string> distribution_laws(const Q& q, const P& p,
                                           const DistributionLawOptions<Q>& options = {}) {
    std::vector<std::string> failures = density_laws(q, p, options);
    for (auto more : {sweep_laws(q, p, options), thread_laws(q, p, options),
                      extreme_laws(q, p, options), initial_laws(q, p, options)})
        failures.insert(failures.end(), more.begin(), more.end());
    return failures;
}

}  // namespace blue::testing
