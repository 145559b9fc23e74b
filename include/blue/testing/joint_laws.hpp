// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What holds for every joint distribution: run it on your own.
#pragma once

#include <blue/testing/distribution_laws.hpp>
#include <blue/testing/joint_density_laws.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace blue::testing {

namespace detail {

/// A model with these distributions, and parameters around those of the start.
template <class M, class Q, class P>
M moved_start(const Q& q, const P& p) {
    M model(q, p);
    initialise(model, Seed{1});
    random::Key key{.seed = 2};
    model.for_each_state([&](auto& state) {
        for (int k = 0; k < state.parameters; ++k, ++key.variable)
            for (Index e = 0; e < state.parameter_size(k); ++e)
                state.parameter(k)[e] += static_cast<typename M::backend::scalar>(
                    0.4 * random::uniform<double>(key, e) - 0.2);
    });
    return model;
}

}  // namespace detail

/// Passes with a prior: the gradients of losses with log probs and with a closed-form divergence
/// agree with differences of losses; the closed form agrees with the mean over draws; 1, 2 and 3
/// threads give the same bits.
template <Index Rows = 150, Index Columns = 131, JointDistribution Q, class P>
std::vector<std::string> joint_pass_laws(const Q& q, const P& p,
                                         const JointLawOptions& options = {}) {
    const auto large =
        detail::moved_start<detail::OneVariable<Q, P, Cpu<float>, Rows, Columns>>(q, p);
    // More samples than parts in which their gradients are added up, and enough for the pool.
    const Index samples = 9 + 16384 / (Rows * Columns);
    std::vector<std::string> failures =
        detail::same_bits_laws<has_closed_form_kl<Q, P>>(large, samples);
    auto joint = detail::moved_start<detail::OneVariable<Q, P, Cpu<double>, 4, 3>>(q, p);
    const auto run = [&]<Scores Wanted>(Tape<Cpu<double>>& tape, Index samples) {
        const double nothing = 0;
        const auto x = tape.template input<scalar_shape>(&nothing, 1);
        return forward<Wanted>(joint, tape, x, {.samples = samples, .seed = Seed{5}});
    };
    const auto check_gradients = [&]<Scores Wanted>(const char* what) {
        const auto report = parameter_gradient_check(joint, [&](auto& tape) {
            const auto result = run.template operator()<Wanted>(tape, 9);
            return Elbo{detail::WeightedSum{}}(result, 0, DatasetSize{1}).total;
        });
        if (!(report.error <= options.accuracy))
            failures.push_back(std::string("a loss with ") + what + ": " + report.sentence());
    };
    // A prior that follows from the parameters has this gradient only on average.
    if constexpr (!FittedPrior<P>)
        check_gradients.template operator()<Scores::log_probs>("log probs");
    if constexpr (has_closed_form_kl<Q, P>) {
        check_gradients.template operator()<Scores::divergence>("the closed-form kl");
        Tape<Cpu<double>> tape;
        const double kl =
            run.template operator()<Scores::divergence>(tape, 1).log_probs.divergences()->value[0];
        tape.reset();
        const auto entry =
            run.template operator()<Scores::log_probs>(tape, options.draws / 16).log_probs.entry(0);
        detail::DrawnMean mean;
        for (std::size_t s = 0; s < entry.prior.size(); ++s)
            mean.add(entry.variational[s] - entry.prior[s]);
        if (!mean.is_near(kl, options.standard_errors))
            failures.push_back(detail::off("the mean of log q - log p", mean.mean(), kl));
    }
    return failures;
}

namespace detail {

/// Parameters far from those of the start: the mean, or the parameters that follow from a standard
/// deviation, all of them or one.
struct JointExtreme {
    double mean = 0, std = 0.5;
    int parameter = -1;  ///< the only one that is extreme; -1: all but the mean

    std::string where(const std::string& name) const {
        if (mean != 0) return " at the extreme mean " + to_text(mean);
        return " where " + name + " is that of the extreme standard deviation " + to_text(std);
    }
};

/// What a joint distribution is tried at.
template <class Q>
std::vector<JointExtreme> joint_extremes(const JointLawOptions& options) {
    std::vector<JointExtreme> extremes;
    for (double sign : {-1, 1}) {
        extremes.push_back({.mean = sign * options.extreme_weight});
        for (int k = 1; k <= Q::parameters::size; ++k)
            extremes.push_back({.std = std::exp(sign * options.extreme_log_std),
                                .parameter = k < Q::parameters::size ? k : -1});
    }
    return extremes;
}

/// Sets all stored numbers. Where one parameter is extreme, numbers are moved away from those of
/// the start, at which correlations may be 0.
template <class M, class Q>
void set_extreme(M& model, const Q& q, const JointExtreme& at, Index trial) {
    model.for_each_state([&](auto& state) {
        for (int k = 0; k < state.parameters; ++k) {
            const auto index = static_cast<std::size_t>(k);
            const transform kind = Q::parameters::transforms[index];
            const bool alone = at.parameter == k && kind != transform::identity;
            const double std = at.parameter < 0 || at.parameter == k ? at.std : 0.5;
            random::Key key{.seed = 4};
            key.variable = static_cast<std::uint32_t>(k);
            key.sample = static_cast<std::uint32_t>(trial);
            const Index size = state.parameter_size(k);
            for (Index e = 0; e < size; ++e) {
                const auto uniform = [&](Index i) {
                    return 2 * random::uniform<double>(key, i) - 1;
                };
                double value = k == 0  ? at.mean
                               : alone ? stored_value(kind, std)
                                       : q.initial_value(k, e, uniform(e), std);
                if (at.parameter >= 0) value += 0.2 * uniform(size + e);
                state.parameter(k)[e] = static_cast<typename M::backend::scalar>(value);
            }
        }
    });
}

/// The extreme parameters on a variable of that shape, some trials of each.
template <Index Rows, Index Columns, class Q, class P>
void require_finite_extremes(const Q& q, const P& p, const JointLawOptions& options, Index trials,
                             std::vector<std::string>& failures) {
    OneVariable<Q, P, Cpu<float>, Rows, Columns> model(q, p);
    for (const JointExtreme& at : joint_extremes<Q>(options)) {
        const std::string name =
            at.parameter < 0 ? "all"
                             : Q::parameters::names[static_cast<std::size_t>(at.parameter)].str();
        const std::string where =
            at.where(name) + ", of " + std::to_string(Rows * Columns) + " elements";
        const std::size_t before = failures.size();
        for (Index trial = 0; trial < trials && failures.size() == before; ++trial) {
            set_extreme(model, q, at, trial);
            require_finite_pass<Scores::log_probs>(model, where, failures);
            if constexpr (has_closed_form_kl<Q, P>)
                require_finite_pass<Scores::divergence>(model, where + ", with kl", failures);
        }
    }
}

/// Where a variable starts.
struct JointStart {
    DrawnMean mean, squared_mean, variance;
    double farthest = 0;  ///< the largest mean, without its sign
};
template <class M>
JointStart start_of(const M& model) {
    using T = typename M::backend::scalar;
    JointStart start;
    model.for_each_state([&](const auto& state) {
        using State = std::remove_cvref_t<decltype(state)>;
        const std::vector<T> stored(state.parameter(0), state.parameter(0) + State::numbers());
        const std::vector<T> log_std =
            blue::detail::log_standard_deviations(state.distribution, *State::layout(), stored);
        for (std::size_t e = 0; e < log_std.size(); ++e) {
            const double mean = static_cast<double>(stored[e]);
            start.mean.add(mean);
            start.squared_mean.add(mean * mean);
            start.variance.add(std::exp(2 * static_cast<double>(log_std[e])));
            start.farthest = std::fmax(start.farthest, std::abs(mean));
        }
    });
    return start;
}

/// The initial values in one scalar type.
template <class T, Index Rows, Index Columns, class Q, class P>
void require_start(const Q& q, const P& p, const JointLawOptions& options,
                   std::vector<std::string>& failures) {
    OneVariable<Q, P, Cpu<T>, Rows, Columns> model(q, p);
    const double narrowing = 1 / std::sqrt(static_cast<double>(Columns));
    const std::string type = std::is_same_v<T, float> ? ", in float" : ", in double";
    const auto expect = [&](const DrawnMean& drawn, double expected, double allowed,
                            const std::string& what, const std::string& where) {
        if (!(std::abs(drawn.mean() - expected) <=
              options.standard_errors * drawn.standard_error() + allowed))
            failures.push_back(off("the initial " + what, drawn.mean(), expected) + where + type);
    };
    // Standard deviations that a distribution draws are those on average.
    const auto expect_std = [&](const JointStart& start, double std, const std::string& where) {
        const double variance = std::pow(options.initial_std * std, 2);
        expect(start.variance, variance, 1e-3 * variance, "variance", where);
    };
    // torch_blue adds 1e-5 to the factor inside logarithms.
    const double narrow_std = q.std * (narrowing + 1e-5);

    initialise(model, Seed{1});
    const JointStart start = start_of(model);
    expect(start.mean, 0, 0, "mean", "");
    expect(start.squared_mean, narrowing * narrowing / 3, 0, "squared mean", "");
    if (!(start.farthest <= narrowing * (1 + 1e-6)))
        failures.push_back(off("the farthest initial mean", start.farthest, narrowing) + type);
    expect_std(start, narrow_std, "");
    require_finite_pass<Scores::log_probs>(model, " at the initial values" + type, failures);

    if constexpr (requires(Q & changed) { changed.std = 1.0; }) {
        Q wide = q;
        wide.std = 3 * q.std;
        initialise(model, Seed{1}, posterior(wide));
        expect_std(start_of(model), 3 * narrow_std, " with 3 times the option std");
        initialise(model, Seed{1}, posterior(q));
    }
    initialise(model, Seed{1}, ModuleOptions{.kaiming_initialization = false});
    expect_std(start_of(model), q.std, " without Kaiming initialisation");

    initialise(model, Seed{1}, ModuleOptions{.prior_initialization = true});
    constexpr bool draws = requires {
        p.initial_values(0.0);
    }
    || (constants_of<P>::size > 0);
    double log_std = 0;
    if (!draws && blue::detail::prior_value(p, "log_std", log_std))
        expect_std(start_of(model), std::exp(log_std), " with prior initialisation");
    double mean = 0;
    if (!draws && blue::detail::prior_value(p, "mean", mean))
        expect(start_of(model).mean, mean, 1e-6 * std::abs(mean), "mean",
               " with prior initialisation");
    require_finite_pass<Scores::log_probs>(model, " at values from the prior" + type, failures);
    initialise(model, Seed{1}, ModuleOptions{.rescale_prior = true, .prior_initialization = true});
    require_finite_pass<Scores::log_probs>(model, " at values from a narrowed prior" + type,
                                           failures);
}

}  // namespace detail

/// Passes in float give finite numbers at extreme parameter values, on a variable of Rows x Columns
/// elements and on one of a single element.
template <Index Rows = 150, Index Columns = 131, JointDistribution Q, class P>
std::vector<std::string> joint_extreme_laws(const Q& q, const P& p,
                                            const JointLawOptions& options = {}) {
    std::vector<std::string> failures;
    detail::require_finite_extremes<Rows, Columns>(q, p, options, 1, failures);
    // Of one element: where parameters are more than can be told apart, what rounding leaves is
    // another thing each time.
    detail::require_finite_extremes<1, 1>(q, p, options, 16, failures);
    return failures;
}

/// In float and double a variable starts with means within 1 / sqrt(fan-in) and with the standard
/// deviation that the option `std`, the fan-in or the prior asks for; the first pass gives finite
/// numbers, and a `std` that is not positive is refused.
template <Index Rows = 150, Index Columns = 131, JointDistribution Q, class P>
std::vector<std::string> joint_initial_laws(const Q& q, const P& p,
                                            const JointLawOptions& options = {}) {
    std::vector<std::string> failures;
    detail::require_start<float, Rows, Columns>(q, p, options, failures);
    detail::require_start<double, Rows, Columns>(q, p, options, failures);
    if constexpr (requires(Q & changed) { changed.std = 1.0; })
        for (double std : {-1.0, 0.0, std::nan("")}) {
            Q impossible = q;
            impossible.std = std;
            try {
                posterior(impossible);
                failures.push_back("a std of " + detail::to_text(std) +
                                   " is not refused: add validate()");
            } catch (const ValueError&) {
            }
        }
    return failures;
}

/// All laws of joint distributions, in one call; one sentence per failure. Threads, extremes and
/// initial values are tried on a variable of Rows x Columns elements.
template <Index Rows = 150, Index Columns = 131, JointDistribution Q, class P>
std::vector<std::string> joint_laws(const Q& q, const P& p, const JointLawOptions& options = {}) {
    std::vector<std::string> failures = joint_density_laws(q, options);
    for (auto more : {joint_derivative_laws(q, options), joint_scaling_laws(q),
                      joint_pass_laws<Rows, Columns>(q, p, options),
                      joint_extreme_laws<Rows, Columns>(q, p, options),
                      joint_initial_laws<Rows, Columns>(q, p, options)})
        failures.insert(failures.end(), more.begin(), more.end());
    return failures;
}

}  // namespace blue::testing
