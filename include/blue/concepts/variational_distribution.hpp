// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a variational distribution must offer, and the sentences when it does not.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/distributions/formula.hpp>
#include <blue/distributions/joint.hpp>
#include <blue/distributions/mean_field_normal.hpp>

#include <concepts>
#include <type_traits>

namespace blue {

namespace detail {

/// The number on which formulas are tried out: like a pack, it does not convert to bool or double.
using TrialNumber = Argument<math::Number<double>>;

template <int>
using trial_number = TrialNumber;

template <int N>
using count_up = std::make_integer_sequence<int, N>;

template <class D, int... K>
constexpr bool samples_with(std::integer_sequence<int, K...>) {
    return requires(const D& d, TrialNumber noise, trial_number<K>... parameter) {
        { d.sample(noise, parameter...) } -> std::convertible_to<TrialNumber>;
    };
}
template <class D, int... K>
constexpr bool scores_with(std::integer_sequence<int, K...>) {
    return requires(const D& d, TrialNumber w, trial_number<K>... parameter) {
        { d.log_prob(w, parameter...) } -> std::convertible_to<TrialNumber>;
    };
}

/// The number of parameters that `sample` takes besides the noise, if it is generic; -1 otherwise.
template <class D, int N = 0>
constexpr int parameters_of_sample() {
    if constexpr (N > 8)
        return -1;
    else if constexpr (samples_with<D>(count_up<N>{}))
        return N;
    else
        return parameters_of_sample<D, N + 1>();
}
/// The number of parameters that `log_prob` takes besides the weight, if it is generic; -1
/// otherwise.
template <class D, int N = 0>
constexpr int parameters_of_log_prob() {
    if constexpr (N > 8)
        return -1;
    else if constexpr (scores_with<D>(count_up<N>{}))
        return N;
    else
        return parameters_of_log_prob<D, N + 1>();
}

/// Whether a member of that name exists at all, so that the message can tell a missing function
/// from one with other arguments.
template <class D>
concept HasSample = requires {
    &D::template sample<TrialNumber>;
}
|| requires {
    &D::sample;
}
|| (parameters_of_sample<D>() >= 0);
template <class D>
concept HasLogProb = requires {
    &D::template log_prob<TrialNumber>;
}
|| requires {
    &D::log_prob;
}
|| (parameters_of_log_prob<D>() >= 0);

}  // namespace detail

/// A distribution over weights that can be trained: a list `parameters`, a kind of `noise`, and two
/// functions that are generic in the number type, `sample(noise, parameters...)` and
/// `log_prob(w, parameters...)`. In place of the functions of single elements, a
/// `JointDistribution` has functions of the whole variable.
template <class D>
concept VariationalDistribution = HasParameters<D> && requires {
    typename D::noise;
} &&(JointDistribution<D> ||
     (!is_joint<D> && detail::samples_with<D>(detail::count_up<D::parameters::size>{}) &&
      detail::scores_with<D>(detail::count_up<D::parameters::size>{})));

namespace detail {
/// Whether weights of the distribution Q can be drawn on B, which may be no backend at all.
template <class Q, class B>
inline constexpr bool can_be_drawn = [] {
    if constexpr (is_joint<Q> && requires { typename B::memory; }) {
        if constexpr (requires { B::draws_in_teams; })
            return SharesLoops<Q>;
        else
            return requires {
                B::draws_jointly;
            };
    } else {
        return true;
    }
}();
}  // namespace detail

namespace requirement {

/// \tparam Distribution what stands in the place of a variational distribution.
template <bool Ok, class Distribution>
struct has_parameters : check {
    static_assert(
        Ok,
        "blue: not a variational distribution, because it lists no parameters to train, see "
        "has_parameters<...>: policies come in the order variational distribution, prior, backend; "
        "one of your own needs using parameters = blue::parameters<...>, noise, sample, log_prob");
};
template <bool Ok, class Distribution>
struct has_noise : check {
    static_assert(
        Ok,
        "blue: the variational distribution in has_noise<...> does not say what noise its sample "
        "takes: add a line such as using noise = blue::noise::Normal");
};
template <bool Ok, class Distribution>
struct has_sample : check {
    static_assert(
        Ok,
        "blue: the variational distribution in has_sample<...> lacks sample: add template <class "
        "T> static T sample(T noise, T parameter...)");
};
template <bool Ok, class Distribution>
struct has_log_prob : check {
    static_assert(
        Ok,
        "blue: the distribution in has_log_prob<...> lacks log_prob: add template <class T> static "
        "T log_prob(T weight, T parameter...)");
};
template <bool Ok, class Distribution, class Expected, class Given>
struct sample_parameters : check {
    static_assert(
        Ok,
        "blue: sample must take the noise and one number per parameter of its distribution, see "
        "expected and given count of parameters in sample_parameters<...>: add or remove some");
};
template <bool Ok, class Distribution, class Expected, class Given>
struct log_prob_parameters : check {
    static_assert(
        Ok,
        "blue: log_prob must take the weight and one number per parameter, see expected and given "
        "count of parameters in log_prob_parameters<...>: add or remove some");
};
template <bool Ok, class Distribution>
struct generic_sample : check {
    static_assert(
        Ok,
        "blue: sample of the distribution in generic_sample<...> must work for numbers of any "
        "type: write template <class T> static T sample(T noise, T parameter...)");
};
template <bool Ok, class Distribution>
struct generic_log_prob : check {
    static_assert(
        Ok,
        "blue: log_prob of the distribution in generic_log_prob<...> must work for numbers of any "
        "type: write template <class T> static T log_prob(T weight, T parameter...)");
};

template <bool Ok, class Distribution>
struct joint_functions : check {
    static_assert(
        Ok,
        "blue: the joint distribution in joint_functions<...> lacks one of its functions: see the "
        "list at JointDistribution, or leave out marginal for a distribution of single elements");
};
/// A backend that draws whole variables.
template <bool Ok, class Distribution, class Backend>
struct joint_draws : check {
    static_assert(
        Ok,
        "blue: the backend has no kernels for this joint distribution, which draws a variable as a "
        "whole, see distribution and backend in joint_draws<...>: use Cpu, or a distribution of "
        "single elements such as MeanFieldNormal, or for Cuda let a team share its loops");
};
template <class D, class B>
struct joint_draws_check {
    using type = std::conditional_t<detail::can_be_drawn<D, B>, check, joint_draws<false, D, B>>;
};

// The functions below name the check that fails, without instantiating it: whoever asks does.

/// The check that fails for `log_prob` with N parameters.
template <class D, int N>
constexpr auto failed_log_prob_check() {
    constexpr int found = detail::parameters_of_log_prob<D>();
    if constexpr (!detail::HasLogProb<D>)
        return std::type_identity<has_log_prob<false, D>>{};
    else if constexpr (found < 0)
        return std::type_identity<generic_log_prob<false, D>>{};
    else
        return std::type_identity<
            log_prob_parameters<false, D, expected<count<N>>, given<count<found>>>>{};
}

template <class D>
constexpr auto failed_variational_check() {
    if constexpr (!HasParameters<D>) {
        return std::type_identity<has_parameters<false, D>>{};
    } else if constexpr (is_joint<D>) {
        if constexpr (JointDistribution<D>)
            return std::type_identity<has_noise<false, D>>{};
        else
            return std::type_identity<joint_functions<false, D>>{};
    } else {
        constexpr int size = D::parameters::size;
        constexpr int found = detail::parameters_of_sample<D>();
        if constexpr (!detail::HasSample<D>)
            return std::type_identity<has_sample<false, D>>{};
        else if constexpr (found < 0)
            return std::type_identity<generic_sample<false, D>>{};
        else if constexpr (found != size)
            return std::type_identity<
                sample_parameters<false, D, expected<count<size>>, given<count<found>>>>{};
        else if constexpr (!detail::scores_with<D>(detail::count_up<size>{}))
            return failed_log_prob_check<D, size>();
        else
            return std::type_identity<has_noise<false, D>>{};
    }
}

/// Whether an estimator goes together with what it wraps: its own check, which wrappers name
/// `estimator_check`. (Were it an assertion in the wrapper, compilers would print the way to it.)
template <class D>
struct estimator_check_of {
    using type = check;
};
template <class D>
requires requires {
    typename D::estimator_check;
}
struct estimator_check_of<D> {
    using type = typename D::estimator_check;
};

template <class D>
struct variational_check {
    using type = typename decltype(failed_variational_check<D>())::type;
};
template <VariationalDistribution D>
struct variational_check<D> : estimator_check_of<D> {};

/// What D lacks as a variational distribution, as a check; one that passes when it lacks nothing.
template <class D>
using variational = typename variational_check<D>::type;

}  // namespace requirement

}  // namespace blue
