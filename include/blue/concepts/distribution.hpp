// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a distribution must offer in each role, and the sentences when it does not.
#pragma once

#include <blue/concepts/requirement.hpp>
#include <blue/distributions/formula.hpp>
#include <blue/fwd.hpp>

#include <type_traits>

namespace blue {

namespace detail {

/// The number on which formulas are tried out: like a pack, it does not convert to bool or double.
using TrialNumber = Argument<math::Number<double>>;

template <int>
using trial_number = TrialNumber;

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

/// Whether a member of that name exists at all, so that the message can tell a missing function from one
/// with other arguments.
template <class D>
inline constexpr bool has_sample =
    requires { &D::template sample<TrialNumber>; } || requires { &D::sample; };
template <class D>
inline constexpr bool has_log_prob =
    requires { &D::template log_prob<TrialNumber>; } || requires { &D::log_prob; };

template <int N>
using count_up = std::make_integer_sequence<int, N>;

template <class P>
inline constexpr int prior_arguments = [] {
    if constexpr (HasParameters<P>) return P::parameters::size;
    else return required_parameters<P>::size;
}();

}  // namespace detail

/// A distribution over weights that can be trained: `parameters`, `noise`, `sample(noise, parameters...)`
/// and `log_prob(w, parameters...)`, the functions generic in the number type.
template <class D>
concept VariationalDistribution = HasParameters<D> && detail::samples_with<D>(
    detail::count_up<D::parameters::size>{}) && detail::scores_with<D>(
    detail::count_up<D::parameters::size>{});

/// A distribution that scores weights: `log_prob(w, ...)` with its own parameters, if it lists any (their
/// values come from `defaults()`), else with the variational parameters that it asks for by name.
template <class P>
concept Prior = detail::scores_with<P>(detail::count_up<detail::prior_arguments<P>>{});

namespace requirement {

template <bool Ok, class D>
struct has_parameters {
    static_assert(Ok,
                  "blue: D in has_parameters<.., D> cannot be a variational distribution, because it has no "
                  "parameters to train: use it as prior, or give it a parameters list and sample");
};
template <bool Ok, class D>
struct has_sample {
    static_assert(Ok,
                  "blue: the variational distribution D in has_sample<.., D> lacks sample(noise, "
                  "parameters...): add it as a function template");
};
template <bool Ok, class D>
struct has_log_prob {
    static_assert(Ok,
                  "blue: the distribution D in has_log_prob<.., D> lacks log_prob(w, parameters...): add it "
                  "as a function template");
};
template <bool Ok, class D, int Parameters>
struct sample_arguments {
    static_assert(Ok,
                  "blue: sample of D in sample_arguments<.., D, Parameters> must take the noise and as many "
                  "numbers as D lists Parameters, all of one type T, and return T");
};
template <bool Ok, class D, int Parameters>
struct log_prob_arguments {
    static_assert(Ok,
                  "blue: log_prob of D in log_prob_arguments<.., D, Parameters> must take the weight and as "
                  "many numbers as D lists Parameters, all of one type T, and return T");
};
template <bool Ok, class Prior, class Variational, class Name>
struct required_parameter {
    static_assert(Ok,
                  "blue: Prior asks for a parameter Name that the Variational distribution does not have, "
                  "see required_parameter<.., Prior, Variational, Name>: choose another pair");
};

/// D, or a stand-in after the one error that says what D lacks.
template <class D>
constexpr auto variational() {
    using detail::count_up;
    if constexpr (!HasParameters<D>) {
        static_cast<void>(sizeof(has_parameters<HasParameters<D>, D>));
        return std::type_identity<MeanFieldNormal>{};
    } else if constexpr (VariationalDistribution<D>) {
        return std::type_identity<D>{};
    } else {
        constexpr int n = D::parameters::size;
        if constexpr (!detail::has_sample<D>)
            static_cast<void>(sizeof(has_sample<detail::has_sample<D>, D>));
        else if constexpr (!detail::samples_with<D>(count_up<n>{}))
            static_cast<void>(sizeof(sample_arguments<sizeof(D) == 0, D, n>));
        else if constexpr (!detail::has_log_prob<D>)
            static_cast<void>(sizeof(has_log_prob<detail::has_log_prob<D>, D>));
        else
            static_cast<void>(sizeof(log_prob_arguments<sizeof(D) == 0, D, n>));
        return std::type_identity<MeanFieldNormal>{};
    }
}

template <class Q, class P, fixed_string... Names>
constexpr bool has_required(names<Names...>) {
    constexpr bool all = ((detail::parameter_index<Q, Names> >= 0) && ...);
    if constexpr (!all)
        static_cast<void>(std::initializer_list<std::size_t>{
            sizeof(required_parameter<(detail::parameter_index<Q, Names> >= 0), P, Q, typename spell<Names>::type>)...});
    return all;
}

/// P as a prior for Q, or a stand-in after the one error that says what is missing.
template <class P, class Q>
constexpr auto prior() {
    if constexpr (!detail::has_log_prob<P>) {
        static_cast<void>(sizeof(has_log_prob<detail::has_log_prob<P>, P>));
        return std::type_identity<UniformPrior>{};
    } else if constexpr (!Prior<P>) {
        static_cast<void>(sizeof(log_prob_arguments<sizeof(P) == 0, P, detail::prior_arguments<P>>));
        return std::type_identity<UniformPrior>{};
    } else if constexpr (HasParameters<P>) {
        return std::type_identity<P>{};
    } else if constexpr (has_required<Q, P>(required_parameters<P>{})) {
        return std::type_identity<P>{};
    } else {
        return std::type_identity<UniformPrior>{};
    }
}

}  // namespace requirement

}  // namespace blue
