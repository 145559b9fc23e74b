// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Update rules along the natural gradient: location and scale of a normal step together. Derived
/// in docs/rationale/009-natural-gradients.md.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/distributions/joint.hpp>
#include <blue/distributions/mean_field_normal.hpp>
#include <blue/distributions/traits.hpp>
#include <blue/models/settings.hpp>
#include <blue/objectives/dataset_size.hpp>
#include <blue/optim/optimizer.hpp>

#include <cmath>
#include <limits>
#include <optional>

namespace blue {

/// Whether w follows from loc + scale z with a normal z, and loc and log scale are what is stored:
/// `MeanFieldNormal`, `MeanFieldLogNormal`, and distributions of users with the same parameters and
/// noise. Their Fisher information is 1 / scale^2 for loc and 2 for log scale.
template <class Q>
inline constexpr bool is_normal_in_log_scale = [] {
    if constexpr (Q::parameters::size == 2 && !is_joint<Q>)
        return std::is_same_v<noise_of<Q>, noise::Normal> &&
               Q::parameters::transforms[0] == transform::identity &&
               Q::parameters::transforms[1] == transform::exponential;
    else
        return false;
}();

/// Improved variational online Newton (Shen et al. 2024, "Variational Learning is Effective for
/// Large Deep Networks", algorithm 1): natural-gradient steps on mean and standard deviation, for
/// any prior and objective, because they are made of the gradient of the whole loss. With
/// s = 1 / std^2, the loss L in nats for the whole data set and x = (1 - beta2) / heat dL/dlog_std:
///
///     s    <- s (1 + x + x^2 / 2)                      positive for any x (Lin et al. 2020)
///     g    <- beta1 g + (1 - beta1) dL/dmean / heat
///     mean <- mean - learning_rate clip(g / (1 - beta1^step) / s)
///
/// With a normal prior N(0, std^2) and the closed-form divergence, that is algorithm 1 with the
/// effective sample size N / heat and the weight decay heat / (N std^2), but for one thing: the
/// momentum includes the prior's gradient, which algorithm 1 adds afterwards.
///
/// Variables that are not random step by `point_estimates`; random variables must be normal, see
/// `is_normal_in_log_scale`. The learning rate has no unit: 1 would be Newton's step. Schedules
/// multiply it, and not 1 - beta2.
struct Ivon {
    double learning_rate = 0.1;
    double beta1 = 0.9;
    double beta2 = 0.99999;  ///< share of the precision that remains in a step
    /// What the objective multiplies the divergence with; `fit` does not know it.
    double heat = 1;
    /// Largest step of a mean before the learning rate: xi in algorithm 1.
    double clip_radius = std::numeric_limits<double>::infinity();
    Adam point_estimates{};

    static constexpr bool steps_mean_and_scale = true, needs_normal_prior = false;
    static constexpr int state_arrays = 2;
    struct Constants {
        double rate, beta1, mean_factor, precision_rate, clip_radius;
    };
    /// Throws ValueError for options without a meaning.
    void check() const {
        require_not_negative("Ivon", "learning rate", learning_rate);
        require_share("Ivon", "beta1", beta1);
        require_share("Ivon", "beta2", beta2);
        require_positive("Ivon", "heat", heat);
        if (!(clip_radius > 0))
            throw ValueError("Ivon: expected a positive clip_radius, got ", clip_radius);
        point_estimates.constants(1, 1);
    }
    Constants constants(Index step, double factor) const {
        const double correction = 1 - std::pow(beta1, static_cast<double>(step));
        return {learning_rate * factor, beta1, 1 / (heat * correction), (1 - beta2) / heat,
                clip_radius};
    }
    /// \param p, g mean and log_std, and the gradients. \param state momentum, and what rounding
    /// took from log_std: a float near -4 has steps of 5e-7, more than many updates.
    template <class T>
    BLUE_HOST_DEVICE static void update(const Constants& c, T (&p)[2], const T (&g)[2],
                                        T (&state)[2]) {
        const T x = c.precision_rate * g[1];
        const T change = state[1] - 0.5 * log1p(x + 0.5 * x * x);
        const T log_std = p[1] + change;
        state[1] = change - (log_std - p[1]);
        p[1] = log_std;
        state[0] = c.beta1 * state[0] + (1 - c.beta1) * g[0];
        const T natural = c.mean_factor * state[0] * exp(2 * log_std);
        p[0] = p[0] - c.rate * clamp(natural, T(-c.clip_radius), T(c.clip_radius));
    }
};

/// Variational Adam (Khan et al. 2018, "Fast and Scalable Bayesian Deep Learning by
/// Weight-Perturbation in Adam", figure 1): Adam on the mean, and precisions from its squared
/// gradients in place of curvatures. With n = N / heat, the loss L in nats for the whole data set,
/// a prior N(mu, 1 / lambda) and v = (dL/dmean / heat - lambda (mean - mu)) / n, the data's part:
///
///     m    <- beta1 m + (1 - beta1) dL/dmean / (heat n)
///     s    <- beta2 s + (1 - beta2) v^2
///     mean <- mean - learning_rate m / (1 - beta1^step) / (sqrt(s / (1 - beta2^step)) + lambda/n)
///     1 / std^2 <- beta2 / std^2 + (1 - beta2) (n v^2 + lambda)
///
/// That is the figure's algorithm, where std = (n s + lambda)^(-1/2), except that std starts at the
/// model's initial value, from which it leaves at the rate 1 - beta2. The square of a minibatch's
/// mean gradient is smaller than the curvature, by the batch size where gradients are independent:
/// standard deviations come out too large, the more so the larger the batch. Prefer `Ivon` for
/// their size.
///
/// All random variables need a prior `MeanFieldNormal` and its closed-form divergence, and must be
/// normal; others step by `point_estimates`.
struct Vadam {
    double learning_rate = 1e-3;
    double beta1 = 0.9, beta2 = 0.999;
    /// What the objective multiplies the divergence with; `fit` does not know it.
    double heat = 1;
    /// N; `fit` fills it in.
    std::optional<DatasetSize> dataset_size{};
    Adam point_estimates{};

    static constexpr bool steps_mean_and_scale = true, needs_normal_prior = true;
    static constexpr int state_arrays = 2;
    struct Constants {
        double rate, beta1, beta2, correction2, inverse_heat, inverse_n, n, prior_mean,
            prior_precision;
    };
    /// Throws ValueError for options without a meaning, and without a dataset size.
    void check() const {
        require_not_negative("Vadam", "learning rate", learning_rate);
        require_share("Vadam", "beta1", beta1);
        require_share("Vadam", "beta2", beta2);
        require_positive("Vadam", "heat", heat);
        if (!dataset_size) throw ValueError("Vadam: expected a dataset_size, got none");
        point_estimates.constants(1, 1);
    }
    Constants constants(Index step, double factor, const MeanFieldNormal& prior) const {
        const double k = static_cast<double>(step);
        const double n = static_cast<double>(dataset_size->value) / heat;
        return {learning_rate * factor / (1 - std::pow(beta1, k)),
                beta1,
                beta2,
                1 / (1 - std::pow(beta2, k)),
                1 / heat,
                1 / n,
                n,
                prior.mean,
                1 / (prior.std * prior.std)};
    }
    /// \param p, g mean and log_std, and the gradients. \param state m and s.
    template <class T>
    BLUE_HOST_DEVICE static void update(const Constants& c, T (&p)[2], const T (&g)[2],
                                        T (&state)[2]) {
        const T whole = c.inverse_heat * g[0];
        const T data = c.inverse_n * (whole - c.prior_precision * (p[0] - c.prior_mean));
        state[0] = c.beta1 * state[0] + (1 - c.beta1) * c.inverse_n * whole;
        state[1] = c.beta2 * state[1] + (1 - c.beta2) * data * data;
        p[0] = p[0] - c.rate * state[0] /
                          (sqrt(c.correction2 * state[1]) + c.inverse_n * c.prior_precision);
        // 1 + x is the new precision over the old one.
        const T x = (1 - c.beta2) * ((c.n * data * data + c.prior_precision) * exp(2 * p[1]) - 1);
        p[1] = p[1] - 0.5 * log1p(x);
    }
};

namespace requirement {

/// The random variables that a rule along the natural gradient trains.
template <bool Normal, class Rule, class Path, class Distribution>
struct natural_gradient : check {
    static_assert(
        Normal,
        "blue: this rule steps along the natural gradient of normals that are stored as mean and "
        "log_std, see the rule, and path and distribution of the variable in "
        "natural_gradient<...>: use MeanFieldNormal, or a rule such as Adam");
};

/// The priors of a rule that reads them.
template <bool Normal, class Rule, class Path, class Prior>
struct normal_prior : check {
    static_assert(
        Normal,
        "blue: this rule needs the prior MeanFieldNormal, see the rule, and path and prior of the "
        "variable in normal_prior<...>: use that prior, or a rule such as Ivon");
};

}  // namespace requirement

namespace detail {

template <class Placed>
using lacks_natural_gradient = mp::mp_bool<is_random<variational_of<Placed>> &&
                                           !is_normal_in_log_scale<variational_of<Placed>>>;
template <class Placed>
using lacks_normal_prior = mp::mp_bool<is_random<variational_of<Placed>> &&
                                       !std::is_same_v<prior_of<Placed>, MeanFieldNormal>>;

/// The checks of the first of these variables; ones that pass when there is none.
template <class Rule, class Variables>
struct natural_gradient_check {
    using type = requirement::check;
};
template <class Rule, class First, class... Rest>
struct natural_gradient_check<Rule, mp::mp_list<First, Rest...>> {
    using path = spell_path<typename First::path::template append<key(First::variable::name)>>;
    using type = requirement::natural_gradient<false, Rule, path, variational_of<First>>;
};
template <class Rule, class Variables>
struct normal_prior_check {
    using type = requirement::check;
};
template <class Rule, class First, class... Rest>
struct normal_prior_check<Rule, mp::mp_list<First, Rest...>> {
    using path = spell_path<typename First::path::template append<key(First::variable::name)>>;
    using type = requirement::normal_prior<false, Rule, path, prior_of<First>>;
};

template <NaturalGradientRule Rule, class M>
struct rule_check<Rule, M> {
    using Others = mp::mp_copy_if<random_variables<M>, lacks_natural_gradient>;
    using OtherPriors = mp::mp_copy_if<random_variables<M>, lacks_normal_prior>;
    using type = typename mp::mp_if_c<(Rule::needs_normal_prior && mp::mp_empty<Others>::value),
                                      normal_prior_check<Rule, OtherPriors>,
                                      natural_gradient_check<Rule, Others>>::type;
};

}  // namespace detail

template <NaturalGradientRule Rule, class M>
void prepare_rule(Rule& rule, std::type_identity<M>) {
    rule.check();
}
template <NaturalGradientRule Rule, class B>
Index state_size(const Rule& rule, const VariableView<B>& variable) {
    return variable.is_random ? Rule::state_arrays * variable.stride
                              : state_size(rule.point_estimates, variable);
}
template <NaturalGradientRule Rule, class B>
void step_variable(const Rule& rule, const VariableStep<B>& at) {
    if (!at.variable.is_random) return step_variable(rule.point_estimates, at);
    const auto constants = [&] {
        if constexpr (Rule::needs_normal_prior)  // which rule_check has seen to
            return rule.constants(at.number, at.factor,
                                  *static_cast<const MeanFieldNormal*>(at.variable.prior));
        else
            return rule.constants(at.number, at.factor);
    }();
    optimizer_step(rule, constants,
                   ParameterBlock<B>{at.values, at.gradients, at.variable.stride, at.batch},
                   at.state);
}

}  // namespace blue
